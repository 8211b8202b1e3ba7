//! The owner of a Gitea token. Gitea is asked each time, because the token itself proves nothing.
//!
//! Userinfo decides for every token: it alone refuses refresh tokens and disabled accounts (with an HTML page and status
//! 200, or a redirect). An OAuth token must also be active at introspection, which names its client and is sent as JSON:
//! with a form Gitea takes the token for a login. A personal token must be able to read its own account, which a token
//! with other scopes cannot. The rights of the token at Gitea have no other effect.
//!
//! Must never log, keep or return a token.

mod error;
mod token_form;

pub use error::TokenOwnerError;
pub use token_form::GiteaTokenKind;

use super::response::GiteaResponse;
use crate::model::{GiteaClientId, GiteaTokens, GiteaUserId, Login};
use http::StatusCode;
use http::header::ACCEPT;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use token_form::TokenForm;
use tokio::sync::Semaphore;
use url::Url;

/// Callers must not be able to flood Gitea through Samovar.
const MAX_CONCURRENT_LOOKUPS: usize = 16;

/// How to reach Gitea.
pub struct TokenOwnerSettings {
    /// Where requests go.
    pub base_url: Url,
    /// Samovar's OAuth client at Gitea.
    pub client_id: String,
    /// The secret of that client.
    pub client_secret: SecretString,
    /// For one request, body included.
    pub timeout: Duration,
    /// Follows no redirects; trusts the certificate authorities that the operator trusts.
    pub http: reqwest::Client,
}

/// The owner of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// The account.
    pub id: GiteaUserId,
    /// Present login.
    pub login: Login,
    /// The kind of the token.
    pub token: GiteaTokenKind,
}

#[derive(Deserialize)]
struct Introspection {
    active: bool,
    sub: Option<String>,
    /// The client of the token.
    #[serde(default)]
    aud: Vec<String>,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    preferred_username: String,
}

#[derive(Deserialize)]
struct OwnAccount {
    id: i64,
}

/// Finds the owners of Gitea tokens.
pub struct TokenOwnerLookup {
    settings: TokenOwnerSettings,
    permits: Semaphore,
}

impl TokenOwnerLookup {
    /// At the Gitea of these settings.
    pub fn new(settings: TokenOwnerSettings) -> Self {
        Self {
            settings,
            permits: Semaphore::new(MAX_CONCURRENT_LOOKUPS),
        }
    }

    /// The owner of an accepted token. With `own_tokens_only` (from Gitea 1.27 on), introspection answers only for tokens
    /// of Samovar's own client, so `active: false` can mean an active token of another client.
    pub async fn find(
        &self,
        token: &SecretString,
        accepted: &GiteaTokens,
        own_tokens_only: bool,
    ) -> Result<TokenOwner, TokenOwnerError> {
        let form = TokenForm::of(token.expose_secret()).ok_or(TokenOwnerError::Malformed)?;
        match form {
            TokenForm::Personal if !accepted.personal => {
                return Err(TokenOwnerError::PersonalNotAccepted);
            }
            TokenForm::OAuth if accepted.oauth_clients.is_empty() => {
                return Err(TokenOwnerError::OAuthNotAccepted);
            }
            _ => {}
        }
        let permit = self.permits.acquire().await;
        let _permit = permit.map_err(|_| TokenOwnerError::Unavailable)?;
        match form {
            TokenForm::Personal => self.personal(token).await,
            TokenForm::OAuth => self.oauth(token, accepted, own_tokens_only).await,
        }
    }

    async fn oauth(
        &self,
        token: &SecretString,
        accepted: &GiteaTokens,
        own_tokens_only: bool,
    ) -> Result<TokenOwner, TokenOwnerError> {
        let introspected = self.introspect(token).await;
        let (client, subject) = introspected.map_err(|error| match error {
            TokenOwnerError::Unknown if own_tokens_only => TokenOwnerError::ClientUnknown,
            error => error,
        })?;
        if !accepted.oauth_clients.contains(&client) {
            return Err(TokenOwnerError::ClientNotListed(client));
        }
        let info = self.userinfo(token).await?;
        if info.sub != subject {
            return Err(TokenOwnerError::Inactive);
        }
        owner(info, GiteaTokenKind::OAuth(client))
    }

    async fn personal(&self, token: &SecretString) -> Result<TokenOwner, TokenOwnerError> {
        let info = self.userinfo(token).await?;
        let owner = owner(info, GiteaTokenKind::Personal)?;
        if self.account_id(token).await? == owner.id.get() {
            Ok(owner)
        } else {
            Err(TokenOwnerError::Inactive)
        }
    }

    /// The client and `sub` of an active token.
    async fn introspect(
        &self,
        token: &SecretString,
    ) -> Result<(GiteaClientId, String), TokenOwnerError> {
        let settings = &self.settings;
        let secret = settings.client_secret.expose_secret();
        let request = settings
            .http
            .post(self.url(&["login", "oauth", "introspect"]))
            .basic_auth(&settings.client_id, Some(secret))
            .json(&json!({ "token": token.expose_secret() }));
        let (status, response) = self.send(request).await?;
        if status != StatusCode::OK {
            let status = status.as_u16();
            tracing::error!(
                status,
                "gitea refuses to introspect; check `gitea.client_id` and its secret"
            );
            return Err(TokenOwnerError::RequestRefused(status));
        }
        let introspection: Introspection =
            response.json().map_err(|_| TokenOwnerError::Inactive)?;
        let subject = introspection.sub.filter(|_| introspection.active);
        let subject = subject.ok_or(TokenOwnerError::Unknown)?;
        let client = match introspection.aud.as_slice() {
            [client] => client.parse().ok(),
            _ => None,
        };
        Ok((client.ok_or(TokenOwnerError::ClientUnknown)?, subject))
    }

    async fn userinfo(&self, token: &SecretString) -> Result<UserInfo, TokenOwnerError> {
        let url = self.url(&["login", "oauth", "userinfo"]);
        let request = self.settings.http.get(url);
        let (status, response) = self
            .send(request.bearer_auth(token.expose_secret()))
            .await?;
        match status {
            StatusCode::OK => response.json().map_err(|_| TokenOwnerError::Inactive),
            StatusCode::UNAUTHORIZED => Err(TokenOwnerError::Unknown),
            _ => Err(TokenOwnerError::Inactive),
        }
    }

    /// The id of the token's own account. Userinfo has accepted the token before, so 403 means that a scope is missing.
    async fn account_id(&self, token: &SecretString) -> Result<i64, TokenOwnerError> {
        let request = self.settings.http.get(self.url(&["api", "v1", "user"]));
        let (status, response) = self
            .send(request.bearer_auth(token.expose_secret()))
            .await?;
        match status {
            StatusCode::OK => {
                let account: OwnAccount = response.json().map_err(|_| TokenOwnerError::Inactive)?;
                Ok(account.id)
            }
            StatusCode::FORBIDDEN => Err(TokenOwnerError::ScopeMissing),
            StatusCode::UNAUTHORIZED => Err(TokenOwnerError::Unknown),
            _ => Err(TokenOwnerError::Inactive),
        }
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, GiteaResponse), TokenOwnerError> {
        let request = request
            .header(ACCEPT, "application/json")
            .timeout(self.settings.timeout);
        let response = request
            .send()
            .await
            .map_err(|_| TokenOwnerError::Unavailable)?;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(TokenOwnerError::Unavailable);
        }
        let response = GiteaResponse::read(response).await;
        Ok((status, response.map_err(|_| TokenOwnerError::Unavailable)?))
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.set_fragment(None);
        url.set_query(None);
        url
    }
}

/// Fails for the job token of a workflow, whose account has a negative id.
fn owner(info: UserInfo, token: GiteaTokenKind) -> Result<TokenOwner, TokenOwnerError> {
    let id = info.sub.parse().map_err(|_| TokenOwnerError::Inactive)?;
    let login = info.preferred_username.parse();
    let login = login.map_err(|_| TokenOwnerError::Inactive)?;
    Ok(TokenOwner { id, login, token })
}
