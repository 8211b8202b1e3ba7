//! One configured provider, and the address to send a browser to. What comes back is `finish.rs`'s, sign-out `leave.rs`'s.

use super::OidcError;
use super::discovery::{Discovery, Expected};
use super::metadata::Metadata;
use super::outgoing::Outgoing;
use super::person::GroupsClaim;
use super::verify::Rejected;
use crate::model::{Clock, DisplayText, ProviderId, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// What is configured of a provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Our fixed id.
    pub id: ProviderId,
    /// What people call it.
    pub name: DisplayText,
    /// Public address.
    pub url: Url,
    /// Address for our own calls, where it differs.
    pub internal_url: Option<Url>,
    /// The issuer, where it is not the public address.
    pub issuer: Option<String>,
    /// The keys of the configuration that say who the issuer is, for the sentence that says it is another.
    pub issuer_keys: String,
    /// Our name at the provider.
    pub client_id: String,
    /// Our secret at the provider.
    pub client_secret: SecretString,
    /// Where the provider sends the browser back to; exactly as registered.
    pub redirect_uri: Url,
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
    /// Where it lists groups; none for Gitea, which is asked for its teams.
    pub groups: Option<GroupsClaim>,
    /// The authentication source of Gitea that is this provider.
    pub gitea_source: Option<i64>,
}

/// Secrets of one flow, as they were sent or will be compared.
pub struct FlowSecrets {
    /// Sent along and expected in the ID token.
    pub nonce: String,
    /// PKCE (RFC 7636): its SHA-256 was sent along.
    pub verifier: String,
}

/// What the provider sent the browser back with.
#[derive(Clone)]
pub struct Answer {
    /// Stands for the person, once.
    pub code: String,
    /// Who answers, where the provider says so (RFC 9207).
    pub issuer: Option<String>,
}

/// A configured provider.
pub struct Provider {
    pub(super) settings: Settings,
    redirect: RedirectUrl,
    pub(super) discovery: Discovery,
    pub(super) outgoing: Outgoing,
    pub(super) clock: Arc<dyn Clock>,
    noted: Mutex<Noted>,
}

/// What the last sign-ins told of the provider.
#[derive(Default)]
pub(super) struct Noted {
    pub error: Option<(Timestamp, String)>,
    pub groups_found: Option<bool>,
}

pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// A provider that is reached by this HTTP client, which must follow no redirects and have time limits.
    pub fn new(settings: Settings, http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        let inner = settings
            .internal_url
            .clone()
            .map(|inner| (settings.url.clone(), inner));
        let outgoing = Outgoing { http, inner };
        let issuer = settings.issuer.as_deref();
        let expected = Expected::new(&settings.url, issuer, &settings.issuer_keys);
        let discovery = Discovery::new(outgoing.clone(), expected, Arc::clone(&clock));
        Self {
            redirect: RedirectUrl::from_url(settings.redirect_uri.clone()),
            settings,
            discovery,
            outgoing,
            clock,
            noted: Mutex::default(),
        }
    }

    /// What is configured of it.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where to send the browser: with state, nonce and the PKCE challenge.
    pub async fn begin(&self, state: &str, secrets: &FlowSecrets) -> Result<Url, OidcError> {
        let client = self.client(&*self.discovery.metadata().await?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(secrets));
        let (state, nonce) = (state.to_owned(), secrets.nonce.clone());
        let scopes = self.settings.scopes.iter();
        let scopes = scopes.map(|scope| Scope::new(scope.clone()));
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.clone()),
                move || Nonce::new(nonce.clone()),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        Ok(url)
    }

    pub(super) fn last_error(&self) -> Option<(Timestamp, String)> {
        self.noted().error.clone()
    }

    pub(super) fn groups_found(&self) -> Option<bool> {
        self.noted().groups_found
    }

    pub(super) fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn client(&self, metadata: &Metadata) -> Client {
        let secret = self.settings.client_secret.expose_secret().to_owned();
        CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(secret)),
        )
        .set_redirect_uri(self.redirect.clone())
    }
}

pub(super) fn verifier(secrets: &FlowSecrets) -> PkceCodeVerifier {
    PkceCodeVerifier::new(secrets.verifier.clone())
}

/// What is told when even the keys of now do not help.
pub(super) fn final_word(rejected: Rejected) -> OidcError {
    match rejected {
        Rejected::Invalid(error) => error,
        Rejected::UnknownKey => {
            OidcError::TokenInvalid("no key of the provider signed it".to_owned())
        }
    }
}
