//! What kind of Gitea token a text can be, by its form alone: Gitea is not asked about anything else.

use crate::model::GiteaClientId;
use std::fmt;

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// The form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// That of a personal access token.
    Personal,
    /// That of an access token that an OAuth application got.
    OAuth,
}

impl Form {
    /// None for what can be no token of Gitea's.
    pub(super) fn of(token: &str) -> Option<Self> {
        let personal = token.len() == 40 && token.bytes().all(|b| b.is_ascii_hexdigit());
        let parts = token.split('.');
        let word = |part: &str| {
            let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            !part.is_empty() && part.bytes().all(fine)
        };
        let jwt = token.len() <= LONGEST && parts.clone().count() == 3 && parts.clone().all(word);
        match (personal, jwt) {
            (true, _) => Some(Self::Personal),
            (_, true) => Some(Self::OAuth),
            _ => None,
        }
    }
}

/// What was presented, as far as Gitea says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiteaToken {
    /// A personal access token.
    Personal,
    /// An access token that this OAuth application got.
    OAuth(GiteaClientId),
}

impl fmt::Display for GiteaToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Personal => f.write_str("a personal token of Gitea's"),
            Self::OAuth(client) => {
                write!(f, "an OAuth token of Gitea's that client `{client}` got")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form::{self, OAuth, Personal};

    #[test]
    fn only_what_has_the_form_of_a_gitea_token_is_asked_about() {
        let personal = "0123456789abcdef0123456789ABCDEF01234567";
        assert_eq!(Form::of(personal), Some(Personal));
        assert_eq!(Form::of("eyJ.e_-0.x"), Some(OAuth));
        let long = format!("a.{}.c", "b".repeat(8 * 1024));
        for none in [
            "",
            "token",
            &personal[1..],
            "a.b",
            "a..c",
            "a.b.c.d",
            "a.b.c\r\nX: y",
            "gta_abc",
            &long,
        ] {
            assert_eq!(Form::of(none), None, "{none}");
        }
    }
}
