//! One configured provider: the address to send a browser to, and the person that a code stands for.

use super::OidcError;
use super::discovery::{Discovery, Expected as ExpectedIssuer};
use super::logout::{self, LogoutToken};
use super::metadata::Metadata;
use super::outgoing::Outgoing;
use super::person::{Claims, GroupsClaim, SignedIn};
use super::replay::Replay;
use super::verify::{Expected, Rejected, check_access_token, claims};
use crate::model::{Clock, DisplayText, ProviderId, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdTokenVerifier, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SubjectIdentifier, TokenResponse,
    UserInfoClaims, UserInfoError,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
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
    settings: Settings,
    redirect: RedirectUrl,
    pub(super) discovery: Discovery,
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
    used: Replay,
    noted: Mutex<Noted>,
}

/// What the last sign-ins told of the provider.
#[derive(Default)]
struct Noted {
    error: Option<(Timestamp, String)>,
    groups_found: Option<bool>,
}

/// Everything that userinfo says beside what the library knows.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Rest(serde_json::Map<String, Value>);

impl AdditionalClaims for Rest {}

type Client = CoreClient<
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
        let expected = ExpectedIssuer::new(&settings.url, issuer, &settings.issuer_keys);
        let discovery = Discovery::new(outgoing.clone(), expected, Arc::clone(&clock));
        Self {
            redirect: RedirectUrl::from_url(settings.redirect_uri.clone()),
            settings,
            discovery,
            outgoing,
            clock,
            used: Replay::default(),
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

    /// Exchanges the code and makes every check; the person that it stands for.
    pub async fn finish(
        &self,
        answer: Answer,
        secrets: &FlowSecrets,
    ) -> Result<SignedIn, OidcError> {
        let finished = self.prove(answer, secrets).await;
        let mut noted = self.noted();
        match &finished {
            Ok(person) => noted.groups_found = Some(person.groups.found),
            // Of these the person's own server or browser is the reason.
            Err(OidcError::Overtaken | OidcError::NotActive | OidcError::IssuerOfAnswer(_)) => {}
            Err(error) => noted.error = Some((self.clock.now(), error.to_string())),
        }
        drop(noted);
        finished
    }

    async fn prove(&self, answer: Answer, secrets: &FlowSecrets) -> Result<SignedIn, OidcError> {
        let metadata = self.discovery.metadata().await?;
        check_issuer(&metadata, answer.issuer.as_deref())?;
        let client = self.client(&metadata);
        let tokens = self.exchange(&client, answer.code, secrets).await?;
        let received = self.clock.now();
        match self.identify(&client, &tokens, secrets) {
            Ok(token) => self.person(&client, &tokens, token).await,
            Err(Rejected::Invalid(error)) => Err(error),
            // It came from the provider itself a moment ago, so the keys of now have its key.
            Err(Rejected::UnknownKey) => {
                let client = self.client(&*self.discovery.read_after(received).await?);
                let token = self
                    .identify(&client, &tokens, secrets)
                    .map_err(final_word)?;
                self.person(&client, &tokens, token).await
            }
        }
    }

    /// Checks a logout token, each of which counts once.
    pub async fn read_logout(&self, token: &str) -> Result<LogoutToken, OidcError> {
        let metadata = self.discovery.metadata().await?;
        let read = match self.logout_token(token, &metadata) {
            Err(Rejected::UnknownKey) => {
                let metadata = self.discovery.read_for_stranger().await?;
                self.logout_token(token, &metadata)
            }
            read => read,
        };
        let read = read.map_err(final_word)?;
        if self.used.take(&read.id, read.until, self.clock.now()) {
            Ok(read)
        } else {
            let what = "claim `jti` was used before";
            Err(OidcError::TokenInvalid(what.to_owned()))
        }
    }

    fn logout_token(&self, token: &str, metadata: &Metadata) -> Result<LogoutToken, Rejected> {
        let expected = logout::Expected {
            issuer: metadata.issuer().as_str(),
            client_id: &self.settings.client_id,
            now: self.clock.now(),
        };
        logout::read(token, &expected, metadata.jwks().keys())
    }

    /// Where a browser signs out at the provider as well (OpenID RP-Initiated Logout 1.0), if it has such a place; from
    /// there it comes back to an address that is registered.
    pub async fn sign_out(&self, id_token: Option<&SecretString>, back: &Url) -> Option<Url> {
        let metadata = self.discovery.metadata().await.ok()?;
        let mut to = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()?;
        if !matches!(to.scheme(), "https" | "http") {
            return None;
        }
        let mut query = to.query_pairs_mut();
        query.append_pair("client_id", &self.settings.client_id);
        query.append_pair("post_logout_redirect_uri", back.as_str());
        if let Some(token) = id_token {
            query.append_pair("id_token_hint", token.expose_secret());
        }
        drop(query);
        Some(to)
    }

    pub(super) fn last_error(&self) -> Option<(Timestamp, String)> {
        self.noted().error.clone()
    }

    pub(super) fn groups_found(&self) -> Option<bool> {
        self.noted().groups_found
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self, metadata: &Metadata) -> Client {
        let secret = self.settings.client_secret.expose_secret().to_owned();
        CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(secret)),
        )
        .set_redirect_uri(self.redirect.clone())
    }

    async fn exchange(
        &self,
        client: &Client,
        code: String,
        secrets: &FlowSecrets,
    ) -> Result<CoreTokenResponse, OidcError> {
        let garbage =
            |what: &str| OidcError::Garbage(self.settings.url.to_string(), what.to_owned());
        client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| garbage("discovery without a token endpoint"))?
            .set_pkce_verifier(verifier(secrets))
            .request_async(&self.outgoing)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(answer) => {
                    OidcError::Refused(answer.error().to_string())
                }
                RequestTokenError::Request(error) => error,
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    garbage("a token answer that is none")
                }
            })
    }

    /// The ID token's own text, once it is proved.
    fn identify(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        secrets: &FlowSecrets,
    ) -> Result<String, Rejected> {
        let invalid = |what: &str| Rejected::Invalid(OidcError::TokenInvalid(what.to_owned()));
        let token = tokens
            .id_token()
            .ok_or_else(|| invalid("the answer has no ID token"))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let expected = Expected {
            client_id: client.client_id(),
            nonce: &nonce,
            now: self.clock.now(),
        };
        let verifier: CoreIdTokenVerifier<'_> = client.id_token_verifier();
        let claims = claims(token, verifier.clone(), &expected)?;
        check_access_token(token, claims, &verifier, tokens.access_token())
            .map_err(Rejected::Invalid)?;
        Ok(token.to_string())
    }

    /// The person that a proved ID token speaks of, once userinfo has confirmed that the account is active.
    async fn person(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        id_token: String,
    ) -> Result<SignedIn, OidcError> {
        let token = payload(&id_token)
            .ok_or_else(|| OidcError::TokenInvalid("its claims do not read".to_owned()))?;
        let subject = token.get("sub").and_then(Value::as_str).unwrap_or_default();
        let userinfo = self.userinfo(client, tokens, subject).await?;
        let claims = Claims {
            token: &token,
            userinfo: userinfo.as_ref(),
        };
        claims.person(self.settings.groups.as_ref(), id_token.into())
    }

    /// Userinfo with the access token: the same person answers. `None` from a provider that has no such place.
    async fn userinfo(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        subject: &str,
    ) -> Result<Option<Value>, OidcError> {
        let token: AccessToken = tokens.access_token().clone();
        let subject = SubjectIdentifier::new(subject.to_owned());
        let Ok(request) = client.user_info(token, Some(subject)) else {
            return Ok(None);
        };
        let garbage = || {
            let what = "a userinfo answer that is none";
            OidcError::Garbage(self.settings.url.to_string(), what.to_owned())
        };
        let answer: Result<UserInfoClaims<Rest, CoreGenderClaim>, _> =
            request.request_async(&self.outgoing).await;
        match answer {
            Ok(claims) => serde_json::to_value(&claims)
                .map(Some)
                .map_err(|_| garbage()),
            Err(UserInfoError::Request(error)) => Err(error),
            Err(UserInfoError::ClaimsVerification(_)) => Err(OidcError::TokenInvalid(
                "userinfo speaks of another person".to_owned(),
            )),
            Err(UserInfoError::Response(status, ..)) if status.is_server_error() => {
                Err(OidcError::Away(self.settings.url.to_string()))
            }
            // Gitea answers HTML with 200, or 401, for an account that is not active.
            Err(UserInfoError::Response(..)) => Err(OidcError::NotActive),
            Err(_) => Err(garbage()),
        }
    }
}

/// RFC 9207: an answer of another provider than the one that was asked is a mix-up.
fn check_issuer(metadata: &Metadata, said: Option<&str>) -> Result<(), OidcError> {
    let owed = metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported;
    match said {
        Some(said) if said != metadata.issuer().as_str() => Err(OidcError::IssuerOfAnswer(
            "comes from another issuer than the one that was asked",
        )),
        None if owed => Err(OidcError::IssuerOfAnswer(
            "does not say who gives it, as the provider promises",
        )),
        _ => Ok(()),
    }
}

fn final_word(rejected: Rejected) -> OidcError {
    match rejected {
        Rejected::Invalid(error) => error,
        Rejected::UnknownKey => {
            OidcError::TokenInvalid("no key of the provider signed it".to_owned())
        }
    }
}

/// The claims of a token whose signature is proved.
fn payload(token: &str) -> Option<Value> {
    let bytes = BASE64URL_NOPAD
        .decode(token.split('.').nth(1)?.as_bytes())
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn verifier(secrets: &FlowSecrets) -> PkceCodeVerifier {
    PkceCodeVerifier::new(secrets.verifier.clone())
}
