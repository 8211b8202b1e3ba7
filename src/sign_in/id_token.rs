//! The ID token of a sign-in at another provider, kept for sign-out there (`id_token_hint` of RP-initiated logout). Okta
//! rejects a sign-out without it, and Keycloak asks the person to confirm; neither accepts `client_id` and `logout_hint`.
//!
//! Kept sealed with the session: Samovar does not accept it as a credential, but it identifies a person.

use super::SignIn;
use crate::model::{ProviderId, ProviderSession, Sealed, Subject};
use crate::oidc::AuthenticatedIdentity;
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;

/// Longest token that is kept, in bytes: it is sent in a URL, and servers reject longer URLs.
const LONGEST: usize = 8 * 1024;

impl SignIn {
    /// Seals the ID token for the session; `None` for Gitea, which has no end-session endpoint.
    pub(super) fn seal_id_token(
        &self,
        provider: &ProviderId,
        person: &AuthenticatedIdentity,
    ) -> Option<Arc<Sealed>> {
        let token = person.id_token.expose_secret();
        if self.providers.is_gitea(provider) || token.len() > LONGEST {
            return None;
        }
        let name = name(provider, &person.subject);
        let sealed = self.id_tokens.close(&name, token.as_bytes());
        sealed
            .inspect_err(|error| tracing::warn!(%error, "an ID token could not be sealed"))
            .ok()
            .map(Arc::new)
    }

    /// The ID token as the provider sent it.
    pub(super) fn open_id_token(
        &self,
        provider: &ProviderId,
        upstream: &ProviderSession,
    ) -> Option<SecretString> {
        let sealed = upstream.id_token.as_ref()?;
        let opened = self
            .id_tokens
            .open(&name(provider, &upstream.subject), sealed);
        let opened = opened.inspect_err(|error| tracing::warn!(%error, "an ID token was kept"));
        let text = String::from_utf8(opened.ok()?).ok()?;
        Some(text.into())
    }
}

/// The name under which it is sealed, so that another person's token cannot replace it.
fn name(provider: &ProviderId, subject: &Subject) -> String {
    format!("{provider} {}", subject.as_str())
}
