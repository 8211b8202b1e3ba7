//! What a person is asked before a client acts for them, and what they say to it.

use super::{OAuthError, Target};
use crate::model::{Client, DisplayText, Scope};
use url::Url;

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who asks.
    pub client: String,
    /// For which application.
    pub application: String,
    /// What it would be able to do.
    pub scope: Scope,
    /// Origin of the address at which the client gets its answer.
    pub origin: String,
    /// Who is asked.
    pub login: String,
}

impl Consent {
    /// The question about a client that would get its answer at an address.
    pub(super) fn new(
        (client, redirect_uri): (&Client, &str),
        (target, scope): (&Target, Scope),
        login: Option<DisplayText>,
    ) -> Self {
        let origin = Url::parse(redirect_uri).map(|url| url.origin().ascii_serialization());
        let application = target.application().map(|one| one.name.to_string());
        Self {
            client: client.name.to_string(),
            application: application.unwrap_or_default(),
            scope,
            origin: origin.unwrap_or_default(),
            login: login.map_or_else(String::new, |login| login.to_string()),
        }
    }
}

/// A person's answer to what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentDecision {
    /// Not that.
    No,
    /// These words that were shown, and none that came to be held since.
    Yes(Scope),
}

impl ConsentDecision {
    /// Of what would be granted now, what was shown.
    pub(super) fn of_shown(&self, now: &Scope) -> Result<Scope, OAuthError> {
        let Self::Yes(shown) = self else {
            return Err(OAuthError::AccessDenied);
        };
        let allowed = now.and(shown);
        if allowed.is_empty() && !shown.is_empty() {
            let sentence = "nothing of what was shown is held any more; begin again";
            return Err(OAuthError::ScopeInvalid(sentence.to_owned()));
        }
        Ok(allowed)
    }
}
