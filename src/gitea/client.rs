//! One question to Gitea: address, credentials, tries, and what the answer's head tells. Knows no route.

use super::answer::Answer;
use super::error::{GiteaError, Kind};
use super::meaning;
use crate::model::{Clock, DisplayText, Login, Random, Timestamp};
use crate::outgoing;
use http::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// How often a read is tried in all.
const TRIES: u32 = 3;
/// A wait longer than this that Gitea asks for is answered by giving up instead.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How to reach Gitea.
pub struct Settings {
    /// Where calls go; may have a sub-path. Inside a network it may differ from what browsers use.
    pub base_url: Url,
    /// Where browsers go.
    pub public_url: Url,
    /// The service identity's token.
    pub token: SecretString,
    /// For one try, body included.
    pub timeout: Duration,
    /// Before the second try; doubled before the third, each with jitter.
    pub retry_pause: Duration,
    /// Follows no redirects; trusts what the operator trusts.
    pub http: reqwest::Client,
}

/// Asks Gitea.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    skew_millis: AtomicI64,
    calls: AtomicU64,
}

/// An answer with the instant before its question was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<T> {
    /// What Gitea said.
    pub value: T,
    /// The instant before the question was sent.
    pub asked_at: Timestamp,
}

impl<T> Asked<T> {
    /// The same answer, looked at otherwise.
    pub fn map<U>(self, look: impl FnOnce(T) -> U) -> Asked<U> {
        Asked {
            value: look(self.value),
            asked_at: self.asked_at,
        }
    }
}

/// A question: what below `/api/v1`, and as whom.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) sudo: Option<&'a Login>,
}

/// A try that failed, and whether another makes sense.
struct Failure {
    error: GiteaError,
    again: Again,
}

enum Again {
    Never,
    Soon,
    After(Duration),
}

impl From<GiteaError> for Failure {
    fn from(error: GiteaError) -> Self {
        let again = Again::Never;
        Self { error, again }
    }
}

impl<'a> Ask<'a> {
    pub(super) fn of(path: &'a [&'a str]) -> Self {
        Self {
            path,
            query: &[],
            sudo: None,
        }
    }

    pub(super) fn path_text(&self) -> String {
        format!("/api/v1/{}", self.path.join("/"))
    }
}

impl Client {
    /// A client that takes its time and its jitter from outside.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self(Arc::new(Inner {
            settings,
            clock,
            random,
            skew_millis: AtomicI64::new(0),
            calls: AtomicU64::new(0),
        }))
    }

    /// How far Gitea's clock went ahead of ours at its last answer, in milliseconds, exact to a second.
    pub fn skew_millis(&self) -> i64 {
        self.0.skew_millis.load(Ordering::Relaxed)
    }

    /// Requests sent so far, further tries and pages among them.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// A failure of this question.
    pub(super) fn error(&self, ask: &Ask<'_>, kind: Kind, seen: &str) -> GiteaError {
        let base = &self.0.settings.base_url;
        let server = base.as_str().trim_end_matches('/').to_owned();
        GiteaError {
            kind,
            server,
            path: ask.path_text(),
            seen: DisplayText::lossy(seen),
        }
    }

    /// Reads, with further tries while the failure may pass.
    pub(super) async fn read(&self, ask: &Ask<'_>) -> Result<Answer, GiteaError> {
        let mut tried = 1;
        loop {
            let Failure { error, again } = match self.read_once(ask).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let pause = match again {
                Again::After(wait) if wait <= LONGEST_WAIT => wait,
                Again::Soon => self.pause(tried),
                Again::After(_) | Again::Never => return Err(error),
            };
            if tried >= TRIES {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            tried += 1;
        }
    }

    /// Half to one and a half of the pause before this further try, so that readers that failed together part.
    fn pause(&self, tried: u32) -> Duration {
        let mut noise = [0; 2];
        self.0.random.fill(&mut noise);
        let share = 0.5 + f64::from(u16::from_le_bytes(noise)) / f64::from(u16::MAX);
        let pause = self.0.settings.retry_pause * 2_u32.saturating_pow(tried - 1);
        pause.mul_f64(share)
    }

    async fn read_once(&self, ask: &Ask<'_>) -> Result<Answer, Failure> {
        let response = self.send(ask).await?;
        self.note_date(response.headers());
        let (status, url) = (response.status(), response.url().clone());
        if status.is_redirection() {
            return Err(self.redirected(ask, &url, &response).into());
        }
        let wait = wait_asked_for(response.headers());
        let answer = Answer::read(response).await;
        let answer = answer.map_err(|(kind, seen)| self.error(ask, kind, &seen))?;
        if status.is_success() {
            return Ok(answer);
        }
        let kind = meaning::of_status(status);
        let again = match wait {
            _ if !meaning::passing(&kind) => Again::Never,
            Some(wait) => Again::After(wait),
            None => Again::Soon,
        };
        let seen = format!("{} {}", status.as_u16(), answer.complaint());
        let error = self.error(ask, kind, seen.trim_end());
        Err(Failure { error, again })
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<reqwest::Response, Failure> {
        let settings = &self.0.settings;
        let token = format!("token {}", settings.token.expose_secret());
        let mut token = HeaderValue::try_from(token).map_err(|_| {
            let seen = "it holds a character that no token has";
            self.error(ask, Kind::TokenBroken, seen)
        })?;
        token.set_sensitive(true);
        let request = settings.http.get(self.url(ask)).timeout(settings.timeout);
        let mut request = request.header(AUTHORIZATION, token);
        if let Some(login) = ask.sudo {
            request = request.header("Sudo", login.as_str());
        }
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        request.send().await.map_err(|error| {
            let kind = meaning::of_transport(&error);
            // whoever was slow once has had its time
            let again = match kind {
                Kind::Away if !error.is_timeout() => Again::Soon,
                _ => Again::Never,
            };
            let error = self.error(ask, kind, &chain(error));
            Failure { error, again }
        })
    }

    /// Every part is encoded, whatever it holds.
    fn url(&self, ask: &Ask<'_>) -> Url {
        let mut url = self.0.settings.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1"]).extend(ask.path);
        }
        url.set_fragment(None);
        url.set_query(None);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        url
    }

    fn redirected(&self, ask: &Ask<'_>, from: &Url, response: &reqwest::Response) -> GiteaError {
        let settings = &self.0.settings;
        let location = response.headers().get(http::header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        let Some(to) = location.and_then(|location| from.join(location).ok()) else {
            return self.error(ask, Kind::Garbage, "a redirect to nowhere");
        };
        let own = [&settings.base_url, &settings.public_url];
        let kind = meaning::of_redirect(response.status(), &to, own);
        let seen = format!("redirect to {}", to.origin().ascii_serialization());
        self.error(ask, kind, &seen)
    }

    /// RFC 9110 section 6.6.1: when Gitea made its answer, by its own clock.
    fn note_date(&self, headers: &http::HeaderMap) {
        let date = headers.get(http::header::DATE);
        let date = date.and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|d| chrono::DateTime::parse_from_rfc2822(d).ok()) {
            // the header has whole seconds: the true instant lies half a second later on average
            let theirs = date.timestamp_millis().saturating_add(500);
            let ahead = theirs.saturating_sub(self.now().millis());
            self.0.skew_millis.store(ahead, Ordering::Relaxed);
        }
    }
}

/// `Retry-After` in seconds; its other form, a date, is rare and taken for absent.
fn wait_asked_for(headers: &http::HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// What went wrong below HTTP, from the outside in, without the address.
fn chain(error: reqwest::Error) -> String {
    if let Some(issuer) = outgoing::untrusted_issuer(&error) {
        return format!("its certificate is from `{issuer}`, which is not trusted");
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
