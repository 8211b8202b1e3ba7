//! People: Samovar's id, and the identities at providers that map to it.

use super::{
    DisplayText, GiteaUserId, GroupName, ParseError, ProviderId, Timestamp, UserId, serde_as_text,
};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A provider's id of a person (`sub`), never reassigned: 1 to 255 visible ASCII characters (OpenID Connect Core section 2).
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
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned())).ok_or_else(|| {
            ParseError::new("invalid subject: use 1 to 255 visible ASCII characters")
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Subject);

/// A person's identity at a provider. Never matched by issuer text, name or e-mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The configured id of the provider.
    pub provider: ProviderId,
    /// The provider's id of the person.
    pub subject: Subject,
}

/// Claims of a provider other than Gitea about a person without a Gitea account, as of the last sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// E-mail address that the provider has verified, or empty; for display alone, never a key.
    pub email: DisplayText,
    /// Groups by name, as in the claim. A rename there can give a name to another group.
    pub groups: BTreeSet<GroupName>,
    /// True if the provider may have omitted groups, so that a missing group proves nothing.
    pub groups_may_be_cut: bool,
    /// When the person signed in.
    pub at: Timestamp,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Samovar's id.
    pub id: UserId,
    /// At least one.
    pub identities: Vec<Identity>,
    /// The Gitea account, if there is one.
    pub gitea: Option<GiteaUserId>,
    /// Last known login, for display when the account is gone.
    pub login: DisplayText,
    /// Claims of the provider, for a person without a Gitea account.
    pub claims: Option<Claims>,
    /// When the person was first seen.
    pub created_at: Timestamp,
}
