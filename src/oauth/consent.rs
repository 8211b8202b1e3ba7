//! Consent: what a person is asked before a client acts for them, and the decision.

use super::{OAuthError, Target};
use crate::model::{Client, DisplayText, Scope};
use url::Url;

/// The content of a consent page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The client.
    pub client: String,
    /// The application.
    pub application: String,
    /// The requested permissions.
    pub scope: Scope,
    /// Origin of the redirect URI.
    pub origin: String,
    /// The login of the person.
    pub login: String,
}

impl Consent {
    /// The consent page of a client with this redirect URI.
    pub(super) fn new(
        client: &Client,
        redirect_uri: &str,
        target: &Target,
        scope: Scope,
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

/// The decision of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentDecision {
    /// Declined.
    No,
    /// The scope that was shown, without permissions that were assigned since.
    Yes(Scope),
}

impl ConsentDecision {
    /// The part of this scope that was shown.
    pub(super) fn of_shown(&self, now: &Scope) -> Result<Scope, OAuthError> {
        let Self::Yes(shown) = self else {
            return Err(OAuthError::AccessDenied);
        };
        let allowed = now.intersection(shown);
        if allowed.is_empty() && !shown.is_empty() {
            let sentence =
                "the person no longer holds any of the permissions that were shown; start again";
            return Err(OAuthError::ScopeInvalid(sentence.to_owned()));
        }
        Ok(allowed)
    }
}
