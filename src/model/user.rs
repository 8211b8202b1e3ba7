//! People: an id of ours, and the identities that lead to it.

use super::{
    DisplayText, GiteaUserId, GroupName, ParseError, ProviderId, Timestamp, UserId, serde_as_text,
};
use std::collections::BTreeSet;
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
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| ParseError::new("a subject is 1 to 255 visible ASCII characters"))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Subject);

/// One way in which a person is known: never found by issuer text, name or e-mail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Our fixed id of the provider.
    pub provider: ProviderId,
    /// The provider's id of the person.
    pub subject: Subject,
}

/// What another provider than Gitea said of a person at the last sign-in: all that is known of somebody without a Gitea
/// account, and not asked for again before the next sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// Address that the provider says it has verified, or empty; for display alone, never a key. What older records call
    /// `email` nobody verified: it is left where it is until the next sign-in.
    pub email: DisplayText,
    /// Groups as their claim spells them: names, which a rename can give to others.
    pub groups: BTreeSet<GroupName>,
    /// The provider may have left groups out, so that nothing follows from a group that is not there.
    pub groups_may_be_cut: bool,
    /// When the person signed in.
    pub at: Timestamp,
}

fn nothing() -> DisplayText {
    DisplayText::lossy("")
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Our id.
    pub id: UserId,
    /// One or more ways in which the person is known.
    pub identities: Vec<Identity>,
    /// The Gitea account, when there is one.
    pub gitea: Option<GiteaUserId>,
    /// Last known login, for display when the account is gone.
    pub login: DisplayText,
    /// What the provider said, of a person without a Gitea account.
    pub claims: Option<Claims>,
    /// When we first heard of this person.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::User;
    use serde_json::json;

    #[test]
    fn a_person_of_an_older_record_is_known_without_the_address_that_nobody_verified() {
        let record = |address: &str| {
            json!({
                "id": "00000000-0000-7000-8000-000000000001",
                "identities": [{"provider": "okta", "subject": "00u1"}],
                "gitea": null,
                "login": "ana",
                "claims": {"full_name": "Ana", address: "ana@acme.example", "groups": ["Readers"],
                    "groups_may_be_cut": false, "at": 7},
                "created_at": 7,
            })
        };
        let read = |address| serde_json::from_value::<User>(record(address)).unwrap();
        let (before, now) = (read("email"), read("verified_email"));
        let address = |user: &User| user.claims.as_ref().unwrap().email.to_string();
        assert_eq!(
            (address(&before), address(&now)),
            (String::new(), "ana@acme.example".to_owned())
        );
        assert_eq!(
            (before.id, before.login, before.identities),
            (now.id, now.login, now.identities)
        );
    }
}
