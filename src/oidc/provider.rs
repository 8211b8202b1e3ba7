//! One configured provider: the address to send a browser to, and the person that a code stands for.

use super::OidcError;
use super::discovery::Discovery;
use super::outgoing::Outgoing;
use super::verify::{Expected, Rejected, check_access_token, claims};
use crate::model::{Clock, Login, ProviderId, Subject};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenVerifier, CoreProviderMetadata,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, SubjectIdentifier, TokenResponse, UserInfoError,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use url::Url;

/// What is configured of a provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Our fixed id.
    pub id: ProviderId,
    /// Public address.
    pub url: Url,
    /// Address for our own calls, where it differs.
    pub internal_url: Option<Url>,
    /// The issuer, where it is not the public address.
    pub issuer: Option<String>,
    /// Our name at the provider.
    pub client_id: String,
    /// Our secret at the provider.
    pub client_secret: SecretString,
    /// Where the provider sends the browser back to; exactly as registered.
    pub redirect_uri: Url,
    /// Scopes beside `openid`.
    pub scopes: &'static [&'static str],
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

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The provider's never-reassigned name for the person.
    pub subject: Subject,
    /// Present login.
    pub login: Login,
}

/// A configured provider.
pub struct Provider {
    settings: Settings,
    redirect: RedirectUrl,
    discovery: Discovery,
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
}

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
        let discovery = Discovery::new(
            outgoing.clone(),
            &settings.url,
            settings.issuer.as_deref(),
            Arc::clone(&clock),
        );
        Self {
            redirect: RedirectUrl::from_url(settings.redirect_uri.clone()),
            settings,
            discovery,
            outgoing,
            clock,
        }
    }

    /// Our fixed id of it.
    pub fn id(&self) -> &ProviderId {
        &self.settings.id
    }

    /// Where to send the browser: with state, nonce and the PKCE challenge.
    pub async fn begin(&self, state: &str, secrets: &FlowSecrets) -> Result<Url, OidcError> {
        let client = self.client(&*self.discovery.metadata().await?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(secrets));
        let (state, nonce) = (state.to_owned(), secrets.nonce.clone());
        let scopes = self
            .settings
            .scopes
            .iter()
            .map(|s| Scope::new((*s).to_owned()));
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
        let metadata = self.discovery.metadata().await?;
        let issuer = metadata.issuer().as_str();
        if answer.issuer.is_some_and(|said| said != issuer) {
            let what = "the answer comes from another issuer than the one that was asked";
            return Err(OidcError::TokenInvalid(what.to_owned()));
        }
        let client = self.client(&metadata);
        let tokens = self.exchange(&client, answer.code, secrets).await?;
        match self.identify(&client, &tokens, secrets) {
            Ok(person) => self.confirm(&client, &tokens, person).await,
            Err(Rejected::Invalid(error)) => Err(error),
            Err(Rejected::UnknownKey) => {
                let client = self.client(&*self.discovery.refreshed().await?);
                let person = self.identify(&client, &tokens, secrets);
                let person = person.map_err(|rejected| match rejected {
                    Rejected::Invalid(error) => error,
                    Rejected::UnknownKey => {
                        OidcError::TokenInvalid("no key of the provider signed it".to_owned())
                    }
                })?;
                self.confirm(&client, &tokens, person).await
            }
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
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

    fn identify(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        secrets: &FlowSecrets,
    ) -> Result<SignedIn, Rejected> {
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
        let subject = claims.subject().as_str().parse::<Subject>();
        let login = claims
            .preferred_username()
            .ok_or(Rejected::Invalid(OidcError::GrantTooNarrow))?;
        Ok(SignedIn {
            subject: subject.map_err(|_| invalid("claim `sub` has a form that is not allowed"))?,
            login: login
                .parse()
                .map_err(|_| invalid("claim `preferred_username` is no login"))?,
        })
    }

    /// Userinfo with the access token: the account is active, and the same person answers.
    async fn confirm(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        person: SignedIn,
    ) -> Result<SignedIn, OidcError> {
        let token: AccessToken = tokens.access_token().clone();
        let subject = SubjectIdentifier::new(person.subject.to_string());
        let Ok(request) = client.user_info(token, Some(subject)) else {
            return Ok(person); // a provider without that endpoint has nothing more to say
        };
        let answer: Result<CoreUserInfoClaims, _> = request.request_async(&self.outgoing).await;
        match answer {
            Ok(_) => Ok(person),
            Err(UserInfoError::Request(error)) => Err(error),
            Err(UserInfoError::ClaimsVerification(_)) => Err(OidcError::TokenInvalid(
                "userinfo speaks of another person".to_owned(),
            )),
            Err(UserInfoError::Response(status, ..)) if status.is_server_error() => {
                Err(OidcError::Away(self.settings.url.to_string()))
            }
            // Gitea answers HTML with 200, or 401, for an account that is not active.
            Err(UserInfoError::Response(..)) => Err(OidcError::NotActive),
            Err(_) => Err(OidcError::Garbage(
                self.settings.url.to_string(),
                "a userinfo answer that is none".to_owned(),
            )),
        }
    }
}

fn verifier(secrets: &FlowSecrets) -> PkceCodeVerifier {
    PkceCodeVerifier::new(secrets.verifier.clone())
}
