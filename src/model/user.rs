//! People: an id of ours, and the identities that lead to it.

use super::{DisplayText, GiteaUserId, Invalid, ProviderId, Timestamp, UserId, serde_as_text};
use std::fmt;
use std::str::FromStr;

/// A provider's never-reassigned name for a person (`sub`): 1 to 255 visible ASCII characters (OpenID Core 2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(String);

impl Subject {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<GiteaUserId> for Subject {
    fn from(id: GiteaUserId) -> Self {
        Self(id.to_string())
    }
}

impl FromStr for Subject {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| Invalid::new("a subject is 1 to 255 visible ASCII characters"))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Subject);

/// One way in which a person is known: never found by issuer text, name or e-mail.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Identity {
    /// Our fixed id of the provider.
    pub provider: ProviderId,
    /// The provider's id of the person.
    pub subject: Subject,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct User {
    /// Our id.
    pub id: UserId,
    /// One or more ways in which the person is known.
    pub identities: Vec<Identity>,
    /// The Gitea account, when there is one.
    pub gitea: Option<GiteaUserId>,
    /// Last known login, for display when the Gitea account is gone.
    pub login: DisplayText,
    /// When we first heard of this person.
    pub created_at: Timestamp,
}
