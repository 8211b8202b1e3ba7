//! Whose a Gitea token is: asked of Gitea itself each time, because the token says nothing that could be believed.
//!
//! Userinfo decides for every token: it alone refuses refresh tokens and accounts that are disabled (an HTML page with
//! status 200, or a redirect). An OAuth token must be active at introspection as well, which names the client that got
//! it and is asked in JSON: a form makes Gitea take the token for a login. A personal token must be able to read its own
//! account, which one that was made for something else is not. What a token may do at Gitea counts for nothing else.
//!
//! Must never log, keep or return a token.

mod error;
mod form;

pub use error::TokenOwnerError;
pub use form::GiteaToken;

use super::answer::Answer;
use crate::model::{GiteaClientId, GiteaTokens, GiteaUserId, Login};
use form::Form;
use http::StatusCode;
use http::header::ACCEPT;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// Questions at the same time, whoever sends tokens: Gitea is not to be flooded through us.
const AT_A_TIME: usize = 16;

/// How to ask.
pub struct TokenOwnerSettings {
    /// Where calls go.
    pub base_url: Url,
    /// Our name at Gitea.
    pub client_id: String,
    /// Our secret at Gitea.
    pub client_secret: SecretString,
    /// For one question, body included.
    pub timeout: Duration,
    /// Follows no redirects; trusts what the operator trusts.
    pub http: reqwest::Client,
}

/// Whom a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// The account.
    pub id: GiteaUserId,
    /// Its present login.
    pub login: Login,
    /// What was presented.
    pub token: GiteaToken,
}

#[derive(Deserialize)]
struct Introspection {
    active: bool,
    sub: Option<String>,
    /// The client that got the token.
    #[serde(default)]
    aud: Vec<String>,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    preferred_username: String,
}

#[derive(Deserialize)]
struct Account {
    id: i64,
}

/// Asks whose a token is.
pub struct TokenOwners {
    settings: TokenOwnerSettings,
    places: Semaphore,
}

impl TokenOwners {
    /// Asks the Gitea of these settings.
    pub fn new(settings: TokenOwnerSettings) -> Self {
        Self {
            settings,
            places: Semaphore::new(AT_A_TIME),
        }
    }

    /// Whose the token is, if it is one of those that are taken. From Gitea 1.27 on introspection tells a client of its
    /// own tokens alone (`own_alone`): there an inactive answer may mean any other client's token.
    pub async fn of(
        &self,
        token: &SecretString,
        accepted: &GiteaTokens,
        own_alone: bool,
    ) -> Result<TokenOwner, TokenOwnerError> {
        let form = Form::of(token.expose_secret()).ok_or(TokenOwnerError::NotAToken)?;
        match form {
            Form::Personal if !accepted.personal => return Err(TokenOwnerError::PersonalNotTaken),
            Form::OAuth if accepted.oauth_clients.is_empty() => {
                return Err(TokenOwnerError::OAuthNotTaken);
            }
            _ => {}
        }
        let _place = self
            .places
            .acquire()
            .await
            .map_err(|_| TokenOwnerError::Away)?;
        match form {
            Form::Personal => self.personal(token).await,
            Form::OAuth => self.oauth(token, accepted, own_alone).await,
        }
    }

    async fn oauth(
        &self,
        token: &SecretString,
        accepted: &GiteaTokens,
        own_alone: bool,
    ) -> Result<TokenOwner, TokenOwnerError> {
        let introspected = self.introspect(token).await;
        let (client, subject) = introspected.map_err(|error| match error {
            TokenOwnerError::Unknown if own_alone => TokenOwnerError::ClientUnknown,
            error => error,
        })?;
        if !accepted.oauth_clients.contains(&client) {
            return Err(TokenOwnerError::ClientNotListed(client));
        }
        let info = self.userinfo(token).await?;
        if info.sub != subject {
            return Err(TokenOwnerError::NotActive);
        }
        holder(info, GiteaToken::OAuth(client))
    }

    async fn personal(&self, token: &SecretString) -> Result<TokenOwner, TokenOwnerError> {
        let info = self.userinfo(token).await?;
        let holder = holder(info, GiteaToken::Personal)?;
        if self.account(token).await? == holder.id.get() {
            Ok(holder)
        } else {
            Err(TokenOwnerError::NotActive)
        }
    }

    /// The client that got an active token, and its `sub`.
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
        let (status, answer) = self.ask(request).await?;
        if status != StatusCode::OK {
            let status = status.as_u16();
            tracing::error!(
                status,
                "gitea refuses to introspect; check `gitea.client_id` and its secret"
            );
            return Err(TokenOwnerError::Refused(status));
        }
        let said: Introspection = answer.parse().map_err(|_| TokenOwnerError::NotActive)?;
        let subject = said.sub.filter(|_| said.active);
        let subject = subject.ok_or(TokenOwnerError::Unknown)?;
        let client = match said.aud.as_slice() {
            [one] => one.parse().ok(),
            _ => None,
        };
        Ok((client.ok_or(TokenOwnerError::ClientUnknown)?, subject))
    }

    /// Whoever the token lets in.
    async fn userinfo(&self, token: &SecretString) -> Result<UserInfo, TokenOwnerError> {
        let url = self.url(&["login", "oauth", "userinfo"]);
        let request = self.settings.http.get(url);
        let (status, answer) = self.ask(request.bearer_auth(token.expose_secret())).await?;
        match status {
            StatusCode::OK => answer.parse().map_err(|_| TokenOwnerError::NotActive),
            StatusCode::UNAUTHORIZED => Err(TokenOwnerError::Unknown),
            _ => Err(TokenOwnerError::NotActive),
        }
    }

    /// The account that the token may read, after userinfo let it in: so a refusal is one of its scope.
    async fn account(&self, token: &SecretString) -> Result<i64, TokenOwnerError> {
        let request = self.settings.http.get(self.url(&["api", "v1", "user"]));
        let (status, answer) = self.ask(request.bearer_auth(token.expose_secret())).await?;
        match status {
            StatusCode::OK => {
                let account: Account = answer.parse().map_err(|_| TokenOwnerError::NotActive)?;
                Ok(account.id)
            }
            StatusCode::FORBIDDEN => Err(TokenOwnerError::ScopeMissing),
            StatusCode::UNAUTHORIZED => Err(TokenOwnerError::Unknown),
            _ => Err(TokenOwnerError::NotActive),
        }
    }

    async fn ask(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Answer), TokenOwnerError> {
        let request = request
            .header(ACCEPT, "application/json")
            .timeout(self.settings.timeout);
        let response = request.send().await.map_err(|_| TokenOwnerError::Away)?;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(TokenOwnerError::Away);
        }
        let answer = Answer::read(response).await;
        Ok((status, answer.map_err(|_| TokenOwnerError::Away)?))
    }

    fn url(&self, words: &[&str]) -> Url {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(words);
        }
        url.set_fragment(None);
        url.set_query(None);
        url
    }
}

/// The job token of a workflow is nobody's: its account has a negative id.
fn holder(info: UserInfo, token: GiteaToken) -> Result<TokenOwner, TokenOwnerError> {
    let id = info.sub.parse().map_err(|_| TokenOwnerError::NotActive)?;
    let login = info.preferred_username.parse();
    let login = login.map_err(|_| TokenOwnerError::NotActive)?;
    Ok(TokenOwner { id, login, token })
}
