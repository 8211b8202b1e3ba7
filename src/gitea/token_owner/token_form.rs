//! The form of a Gitea token. A text of another form is never sent to Gitea.

use crate::model::GiteaClientId;
use std::fmt;

const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenForm {
    Personal,
    OAuth,
}

impl TokenForm {
    /// `None` for a text that cannot be a Gitea token.
    pub(super) fn of(token: &str) -> Option<Self> {
        let personal = token.len() == 40 && token.bytes().all(|b| b.is_ascii_hexdigit());
        let parts = token.split('.');
        let base64url = |part: &str| {
            let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            !part.is_empty() && part.bytes().all(valid)
        };
        let jwt = token.len() <= MAX_TOKEN_BYTES
            && parts.clone().count() == 3
            && parts.clone().all(base64url);
        match (personal, jwt) {
            (true, _) => Some(Self::Personal),
            (_, true) => Some(Self::OAuth),
            _ => None,
        }
    }
}

/// The kind of a token that Gitea accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiteaTokenKind {
    /// A personal access token.
    Personal,
    /// An access token of this OAuth application.
    OAuth(GiteaClientId),
}

impl fmt::Display for GiteaTokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Personal => f.write_str("a personal Gitea token"),
            Self::OAuth(client) => {
                write!(f, "a Gitea OAuth token of client `{client}`")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TokenForm::{self, OAuth, Personal};

    #[test]
    fn only_two_forms_of_text_are_gitea_tokens() {
        let personal = "0123456789abcdef0123456789ABCDEF01234567";
        assert_eq!(TokenForm::of(personal), Some(Personal));
        assert_eq!(TokenForm::of("eyJ.e_-0.x"), Some(OAuth));
        let long = format!("a.{}.c", "b".repeat(8 * 1024));
        for other in [
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
            assert_eq!(TokenForm::of(other), None, "{other}");
        }
    }
}
