//! A configured provider and its authorization request. `code_exchange` has the response, `sign_out` the end of sessions.

use super::OidcError;
use super::discovery::{Discovery, ExpectedIssuer};
use super::http_client::HttpClient;
use super::identity::GroupsClaim;
use super::metadata::Metadata;
use crate::model::{Clock, DisplayText, ProviderId, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// The configuration of a provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its fixed id.
    pub id: ProviderId,
    /// Its name for people.
    pub name: DisplayText,
    /// Public address.
    pub url: Url,
    /// Address for Samovar's own calls, if it differs.
    pub internal_url: Option<Url>,
    /// The issuer, if it is not the public address.
    pub issuer: Option<String>,
    /// The keys of the configuration that determine the issuer, for an error message.
    pub issuer_keys: String,
    /// Samovar's client id at the provider.
    pub client_id: String,
    /// Samovar's client secret at the provider.
    pub client_secret: SecretString,
    /// The redirect URI, exactly as registered.
    pub redirect_uri: Url,
    /// Scopes in addition to `openid`.
    pub scopes: Vec<String>,
    /// Where it lists groups; `None` for Gitea, whose teams the mirror reads.
    pub groups: Option<GroupsClaim>,
    /// The authentication source of Gitea that is this provider.
    pub gitea_source: Option<i64>,
}

/// Secrets of one flow.
pub struct FlowSecrets {
    /// Sent in the request and expected in the ID token.
    pub nonce: String,
    /// The PKCE verifier (RFC 7636), whose SHA-256 is sent in the request.
    pub verifier: String,
}

/// The parameters of a successful authorization response.
#[derive(Clone)]
pub struct AuthorizationResponse {
    /// The authorization code.
    pub code: String,
    /// The issuer, if the provider sends it (RFC 9207).
    pub issuer: Option<String>,
}

/// A configured provider.
pub struct OidcProvider {
    pub(super) settings: Settings,
    redirect: RedirectUrl,
    pub(super) discovery: Discovery,
    pub(super) http: HttpClient,
    pub(super) clock: Arc<dyn Clock>,
    sign_in_status: Mutex<SignInStatus>,
}

/// What the last sign-ins showed of the provider.
#[derive(Clone, Default)]
pub(super) struct SignInStatus {
    pub error: Option<(Timestamp, String)>,
    pub groups_found: Option<bool>,
}

pub(super) type OidcClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl OidcProvider {
    /// The HTTP client must follow no redirects and have time limits.
    pub fn new(settings: Settings, http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        let inner = settings
            .internal_url
            .clone()
            .map(|inner| (settings.url.clone(), inner));
        let http = HttpClient { http, inner };
        let issuer = settings.issuer.as_deref();
        let expected = ExpectedIssuer::new(&settings.url, issuer, &settings.issuer_keys);
        let discovery = Discovery::new(http.clone(), expected, Arc::clone(&clock));
        Self {
            redirect: RedirectUrl::from_url(settings.redirect_uri.clone()),
            settings,
            discovery,
            http,
            clock,
            sign_in_status: Mutex::default(),
        }
    }

    /// Its configuration.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The URL of the authorization request, with state, nonce and PKCE challenge.
    pub async fn authorization_url(
        &self,
        state: &str,
        secrets: &FlowSecrets,
    ) -> Result<Url, OidcError> {
        let client = self.client(&*self.discovery.metadata().await?);
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
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

    pub(super) fn sign_in_status(&self) -> MutexGuard<'_, SignInStatus> {
        let status = self.sign_in_status.lock();
        status.unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn client(&self, metadata: &Metadata) -> OidcClient {
        let secret = self.settings.client_secret.expose_secret().to_owned();
        CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(secret)),
        )
        .set_redirect_uri(self.redirect.clone())
    }
}
