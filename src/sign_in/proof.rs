//! The ID token of a sign-in at another provider, for the one moment in which the person signs out there. Kept sealed with
//! the session: it is no credential here, but it names a person. Providers such as Okta end no sign-in without it, and
//! Keycloak asks the person; `client_id` and a hint at who it was are not enough for either.

use super::SignIn;
use crate::model::{ProviderId, ProviderSession, Sealed, Subject};
use crate::oidc::AuthenticatedIdentity;
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;

/// Longest token that is kept, in bytes: it goes back in an address, and servers read none that are much longer.
const LONGEST: usize = 8 * 1024;

impl SignIn {
    /// To be kept with the session. Gitea has no place to sign out at.
    pub(super) fn kept(
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

    /// As it came. Without it the provider asks the person.
    pub(super) fn opened(
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

/// Whose it is, so that no other can take its place.
fn name(provider: &ProviderId, subject: &Subject) -> String {
    format!("{provider} {}", subject.as_str())
}
