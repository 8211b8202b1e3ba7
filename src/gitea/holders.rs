//! Whose a Gitea token is: asked of Gitea itself each time, because the token says nothing that could be believed.
//!
//! Userinfo decides for every token: it alone refuses refresh tokens and accounts that are disabled (an HTML page with
//! status 200, or a redirect). An OAuth token must be active at introspection as well, which is asked in JSON: a form
//! makes Gitea take the token for a login. What a token may do at Gitea counts for nothing here.
//!
//! Must never log, keep or return a token.

use super::answer::Answer;
use crate::model::{GiteaUserId, Login};
use http::StatusCode;
use http::header::ACCEPT;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use std::fmt;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// Questions at the same time, whoever sends tokens: Gitea is not to be flooded through us.
const AT_A_TIME: usize = 16;

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// How to ask.
pub struct HolderSettings {
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
pub struct Holder {
    /// The account.
    pub id: GiteaUserId,
    /// Its present login.
    pub login: Login,
    /// What was presented.
    pub kind: GiteaTokenKind,
}

/// What kind of Gitea token it is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiteaTokenKind {
    /// A personal access token.
    Personal,
    /// An access token that an OAuth application got.
    OAuth,
}

impl GiteaTokenKind {
    /// None for what can be no token of Gitea's; Gitea is not asked about it.
    pub fn of(token: &str) -> Option<Self> {
        let personal = token.len() == 40 && token.bytes().all(|b| b.is_ascii_hexdigit());
        let parts = token.split('.');
        let word = |part: &str| {
            let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            !part.is_empty() && part.bytes().all(fine)
        };
        let jwt = token.len() <= LONGEST && parts.clone().count() == 3 && parts.clone().all(word);
        match (personal, jwt) {
            (true, _) => Some(Self::Personal),
            (_, true) => Some(Self::OAuth),
            _ => None,
        }
    }
}

impl fmt::Display for GiteaTokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Personal => "a personal token of Gitea's",
            Self::OAuth => "an OAuth token of Gitea's",
        })
    }
}

/// Why a token stands for nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolderFault {
    /// Not even the form of one.
    #[error(
        "this is no token of Gitea's: send an OAuth access token or a personal access token as Gitea showed it"
    )]
    NotAToken,
    /// Gitea does not know it, or not any more.
    #[error(
        "Gitea does not know the token, or not any more; get a new one from Gitea, and send the access token, no other"
    )]
    Unknown,
    /// Gitea knows it, and does not let anybody in with it.
    #[error(
        "Gitea lets nobody in with this token: the account is disabled or must change its password, or it is no access token; sign in at Gitea to see"
    )]
    NotActive,
    /// No answer.
    #[error("Gitea does not answer, so the token cannot be checked; try again when it does")]
    Away,
    /// Gitea refuses our own question.
    #[error(
        "Gitea refused Samovar's question about the token (status {0}); whoever runs Samovar should look at `gitea.client_id` and its secret"
    )]
    Refused(u16),
}

#[derive(Deserialize)]
struct Introspection {
    active: bool,
    sub: Option<String>,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    preferred_username: String,
}

/// Asks whose a token is.
pub struct Holders {
    settings: HolderSettings,
    places: Semaphore,
}

impl Holders {
    /// Asks the Gitea of these settings.
    pub fn new(settings: HolderSettings) -> Self {
        Self {
            settings,
            places: Semaphore::new(AT_A_TIME),
        }
    }

    /// Whose the token is. From Gitea 1.27 on introspection tells a client of its own tokens alone (`own_alone`): there
    /// an inactive answer proves nothing.
    pub async fn of(&self, token: &SecretString, own_alone: bool) -> Result<Holder, HolderFault> {
        let kind = GiteaTokenKind::of(token.expose_secret()).ok_or(HolderFault::NotAToken)?;
        let _place = self.places.acquire().await.map_err(|_| HolderFault::Away)?;
        let introspected = match kind {
            GiteaTokenKind::Personal => None,
            GiteaTokenKind::OAuth => match self.introspect(token).await {
                Ok(subject) => Some(subject),
                Err(HolderFault::Unknown) if own_alone => None,
                Err(fault) => return Err(fault),
            },
        };
        let (subject, login) = self.userinfo(token).await?;
        if introspected.is_some_and(|other| other != subject) {
            return Err(HolderFault::NotActive);
        }
        // The job token of a workflow is nobody's: its account has a negative id.
        let id = subject.parse().map_err(|_| HolderFault::NotActive)?;
        let login = login.parse().map_err(|_| HolderFault::NotActive)?;
        Ok(Holder { id, login, kind })
    }

    /// `sub` of an active token.
    async fn introspect(&self, token: &SecretString) -> Result<String, HolderFault> {
        let settings = &self.settings;
        let secret = settings.client_secret.expose_secret();
        let request = settings
            .http
            .post(self.url("introspect"))
            .basic_auth(&settings.client_id, Some(secret))
            .json(&json!({ "token": token.expose_secret() }));
        let (status, answer) = self.ask(request).await?;
        if status != StatusCode::OK {
            let status = status.as_u16();
            tracing::error!(
                status,
                "gitea refuses to introspect; check `gitea.client_id` and its secret"
            );
            return Err(HolderFault::Refused(status));
        }
        let said: Introspection = answer.parse().map_err(|_| HolderFault::NotActive)?;
        let subject = said.sub.filter(|_| said.active);
        subject.ok_or(HolderFault::Unknown)
    }

    /// `sub` and login of whoever the token lets in.
    async fn userinfo(&self, token: &SecretString) -> Result<(String, String), HolderFault> {
        let request = self
            .settings
            .http
            .get(self.url("userinfo"))
            .bearer_auth(token.expose_secret());
        let (status, answer) = self.ask(request).await?;
        match status {
            StatusCode::OK => {
                let said: UserInfo = answer.parse().map_err(|_| HolderFault::NotActive)?;
                Ok((said.sub, said.preferred_username))
            }
            StatusCode::UNAUTHORIZED => Err(HolderFault::Unknown),
            _ => Err(HolderFault::NotActive),
        }
    }

    async fn ask(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Answer), HolderFault> {
        let request = request
            .header(ACCEPT, "application/json")
            .timeout(self.settings.timeout);
        let response = request.send().await.map_err(|_| HolderFault::Away)?;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(HolderFault::Away);
        }
        let answer = Answer::read(response).await;
        Ok((status, answer.map_err(|_| HolderFault::Away)?))
    }

    fn url(&self, word: &str) -> Url {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["login", "oauth", word]);
        }
        url.set_fragment(None);
        url.set_query(None);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::GiteaTokenKind::{self, OAuth, Personal};

    #[test]
    fn only_what_has_the_form_of_a_gitea_token_is_asked_about() {
        let personal = "0123456789abcdef0123456789ABCDEF01234567";
        assert_eq!(GiteaTokenKind::of(personal), Some(Personal));
        assert_eq!(GiteaTokenKind::of("eyJ.e_-0.x"), Some(OAuth));
        let long = format!("a.{}.c", "b".repeat(8 * 1024));
        for none in [
            "",
            "token",
            &personal[1..],
            "a.b",
            "a..c",
            "a.b.c.d",
            "a.b.c\r\nX: y",
            "gta_abc",
            &long,
        ] {
            assert_eq!(GiteaTokenKind::of(none), None, "{none}");
        }
    }
}
