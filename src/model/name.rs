//! Names with a grammar: of Samovar's own objects, of Gitea's, and of other providers'.

use super::{ParseError, serde_as_text};
use std::fmt;
use std::str::FromStr;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        serde_as_text!($name);
    };
}

text!(
    /// The name of a role or an application: 1 to 64 of `a-z 0-9 -`, starting with a letter, ending with a letter or digit.
    Name
);
text!(
    /// The fixed id of a configured provider, with the grammar of [`Name`]; the Gitea server is `gitea`.
    ProviderId
);
text!(
    /// A Gitea login as Gitea spells it (1 to 255 visible characters): for display and for Gitea's paths, never a key.
    Login
);
text!(
    /// A repository's name as Gitea spells it.
    RepositoryName
);
text!(
    /// A group's name in another provider's claim: 1 to 255 characters without control characters.
    GroupName
);

impl Name {
    /// Its grammar as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$";
}

impl FromStr for Name {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        slug(text).map(Self)
    }
}

impl ProviderId {
    /// The id of the Gitea server.
    pub const GITEA: &str = "gitea";

    /// The Gitea server.
    pub fn gitea() -> Self {
        Self(Self::GITEA.to_owned())
    }
}

impl FromStr for ProviderId {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        slug(text).map(Self)
    }
}

impl FromStr for Login {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        gitea_name(text, "login").map(Self)
    }
}

impl FromStr for RepositoryName {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        gitea_name(text, "repository name").map(Self)
    }
}

impl GroupName {
    /// Its grammar as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]{1,255}$";
}

impl FromStr for GroupName {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let fits = (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned())).ok_or_else(|| {
            ParseError::new("a group name is 1 to 255 characters without control characters")
        })
    }
}

/// Lower-case words joined by hyphens.
fn slug(text: &str) -> Result<String, ParseError> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let fits = text.len() <= 64
        && text.bytes().all(inner)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-');
    fits.then(|| text.to_owned()).ok_or_else(|| {
        ParseError::new(format!(
            "invalid name `{}`: use 1 to 64 of `a-z 0-9 -`, starting with a letter and not ending with `-`",
            text.chars().take(80).collect::<String>().escape_debug()
        ))
    })
}

/// A name that is one segment of a path of Gitea's API and cannot be read in another way.
fn gitea_name(text: &str, what: &str) -> Result<String, ParseError> {
    let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let fits =
        (1..=255).contains(&text.len()) && text.bytes().all(ok) && text != "." && text != "..";
    fits.then(|| text.to_owned()).ok_or_else(|| {
        ParseError::new(format!(
            "invalid Gitea {what} `{}`: use letters, digits, `-`, `_` and `.`",
            text.chars().take(80).collect::<String>().escape_debug()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{Login, Name};

    #[test]
    fn names_are_slugs() {
        for valid in ["a", "deployer", "deploy-api", "x9"] {
            assert!(valid.parse::<Name>().is_ok(), "{valid}");
        }
        for invalid in [
            "",
            "A",
            "9x",
            "-a",
            "a-",
            "a b",
            "a/b",
            "ä",
            &"a".repeat(65),
        ] {
            assert!(invalid.parse::<Name>().is_err(), "{invalid}");
        }
    }

    #[test]
    fn login_stays_in_its_path_segment() {
        for invalid in ["", ".", "..", "a/b", "a%2fb", "a b", "a?b", "a\nb"] {
            assert!(invalid.parse::<Login>().is_err(), "{invalid}");
        }
    }
}
