//! One request to Gitea: address, credentials, retries, and what the response headers say. Names no route of the API.

use super::error::GiteaError;
use super::error_kind::GiteaErrorKind;
use super::response::GiteaResponse;
use crate::model::{Clock, DisplayText, Login, Random, Timestamp};
use crate::outgoing;
use http::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// Tries of one read, the first included.
const MAX_TRIES: u32 = 3;
/// A read fails at once when Gitea asks for a longer wait.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// How to reach Gitea.
pub struct Settings {
    /// Where requests go; may have a sub-path. Inside a network it may differ from the address for browsers.
    pub base_url: Url,
    /// Where browsers go.
    pub public_url: Url,
    /// The service identity's token.
    pub token: SecretString,
    /// For one try, body included.
    pub timeout: Duration,
    /// Before the second try; doubled before the third, each with jitter.
    pub retry_pause: Duration,
    /// Follows no redirects; trusts the certificate authorities that the operator trusts.
    pub http: reqwest::Client,
}

/// A client of Gitea's API. Clones share it.
#[derive(Clone)]
pub struct GiteaClient(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    skew_millis: AtomicI64,
    calls: AtomicU64,
}

/// An answer with the instant before its request was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedAnswer<T> {
    /// The answer.
    pub value: T,
    /// The instant before the request was sent.
    pub asked_at: Timestamp,
}

impl<T> TimedAnswer<T> {
    /// The converted answer of the same instant.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> TimedAnswer<U> {
        TimedAnswer {
            value: convert(self.value),
            asked_at: self.asked_at,
        }
    }
}

/// A read request.
#[derive(Clone, Copy)]
pub(super) struct GiteaRequest<'a> {
    /// Segments below `/api/v1`.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    /// The user as whom Gitea shall answer.
    pub(super) sudo: Option<&'a Login>,
}

impl<'a> GiteaRequest<'a> {
    pub(super) fn new(path: &'a [&'a str]) -> Self {
        Self {
            path,
            query: &[],
            sudo: None,
        }
    }
}

/// A failed try with the pause before the next; `None` when a retry is useless.
struct FailedTry {
    error: GiteaError,
    pause: Option<Duration>,
}

impl From<GiteaError> for FailedTry {
    fn from(error: GiteaError) -> Self {
        Self { error, pause: None }
    }
}

impl GiteaClient {
    /// A client that takes time and jitter from outside.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self(Arc::new(Inner {
            settings,
            clock,
            random,
            skew_millis: AtomicI64::new(0),
            calls: AtomicU64::new(0),
        }))
    }

    /// How far Gitea's clock was ahead of this machine's at the last response, in milliseconds, exact to a second.
    pub fn skew_millis(&self) -> i64 {
        self.0.skew_millis.load(Ordering::Relaxed)
    }

    /// Requests sent so far, including retries and pages.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) fn error(
        &self,
        request: &GiteaRequest<'_>,
        kind: GiteaErrorKind,
        detail: &str,
    ) -> GiteaError {
        let base = &self.0.settings.base_url;
        GiteaError {
            kind,
            server: base.as_str().trim_end_matches('/').to_owned(),
            path: format!("/api/v1/{}", request.path.join("/")),
            detail: DisplayText::lossy(detail),
        }
    }

    /// Sends a request; retries while the failure is transient.
    pub(super) async fn get(
        &self,
        request: &GiteaRequest<'_>,
    ) -> Result<GiteaResponse, GiteaError> {
        let mut tries = 1;
        loop {
            match self.try_once(request, tries).await {
                Ok(response) => return Ok(response),
                Err(FailedTry {
                    pause: Some(pause), ..
                }) if tries < MAX_TRIES => tokio::time::sleep(pause).await,
                Err(failed) => return Err(failed.error),
            }
            tries += 1;
        }
    }

    /// 50 to 150 % of the pause after this many tries, so that concurrent readers do not retry at one instant.
    fn pause(&self, tries: u32) -> Duration {
        let mut noise = [0; 2];
        self.0.random.fill(&mut noise);
        let share = 0.5 + f64::from(u16::from_le_bytes(noise)) / f64::from(u16::MAX);
        let pause = self.0.settings.retry_pause * 2_u32.saturating_pow(tries - 1);
        pause.mul_f64(share)
    }

    async fn try_once(
        &self,
        request: &GiteaRequest<'_>,
        tries: u32,
    ) -> Result<GiteaResponse, FailedTry> {
        let response = self.send(request, tries).await?;
        self.record_skew(response.headers());
        let (status, url) = (response.status(), response.url().clone());
        if status.is_redirection() {
            return Err(self.redirect_error(request, &url, &response).into());
        }
        let wait = retry_after(response.headers());
        let response = GiteaResponse::read(response).await;
        let response = response.map_err(|(kind, detail)| self.error(request, kind, &detail))?;
        if status.is_success() {
            return Ok(response);
        }
        let kind = GiteaErrorKind::of_status(status);
        let pause = match wait {
            _ if !kind.is_transient() => None,
            Some(wait) => Some(wait).filter(|wait| *wait <= MAX_WAIT),
            None => Some(self.pause(tries)),
        };
        let detail = format!("{} {}", status.as_u16(), response.error_message());
        let error = self.error(request, kind, detail.trim_end());
        Err(FailedTry { error, pause })
    }

    async fn send(
        &self,
        request: &GiteaRequest<'_>,
        tries: u32,
    ) -> Result<reqwest::Response, FailedTry> {
        let settings = &self.0.settings;
        let token = format!("token {}", settings.token.expose_secret());
        let mut token = HeaderValue::try_from(token).map_err(|_| {
            let detail = "it has a character that no token has";
            self.error(request, GiteaErrorKind::TokenRejected, detail)
        })?;
        token.set_sensitive(true);
        let mut builder = settings
            .http
            .get(self.url(request))
            .timeout(settings.timeout)
            .header(AUTHORIZATION, token);
        if let Some(login) = request.sudo {
            builder = builder.header("Sudo", login.as_str());
        }
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        builder.send().await.map_err(|error| {
            let kind = GiteaErrorKind::of_transport(&error);
            // A timeout has already taken its time.
            let retried = kind.is_transient() && !error.is_timeout();
            FailedTry {
                error: self.error(request, kind, &transport_detail(error)),
                pause: retried.then(|| self.pause(tries)),
            }
        })
    }

    fn url(&self, request: &GiteaRequest<'_>) -> Url {
        let mut url = self.0.settings.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            // Each segment is percent-encoded.
            path.pop_if_empty()
                .extend(["api", "v1"])
                .extend(request.path);
        }
        url.set_fragment(None);
        url.set_query(None);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        url
    }

    fn redirect_error(
        &self,
        request: &GiteaRequest<'_>,
        from: &Url,
        response: &reqwest::Response,
    ) -> GiteaError {
        let settings = &self.0.settings;
        let location = response.headers().get(http::header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        let Some(to) = location.and_then(|location| from.join(location).ok()) else {
            let detail = "a redirect without a valid `Location`";
            return self.error(request, GiteaErrorKind::Unreadable, detail);
        };
        let own = [&settings.base_url, &settings.public_url];
        let kind = GiteaErrorKind::of_redirect(response.status(), &to, own);
        let detail = format!("redirect to {}", to.origin().ascii_serialization());
        self.error(request, kind, &detail)
    }

    /// From `Date`, the time of the response by Gitea's clock (RFC 9110 section 6.6.1).
    fn record_skew(&self, headers: &http::HeaderMap) {
        let date = headers.get(http::header::DATE);
        let date = date.and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|d| chrono::DateTime::parse_from_rfc2822(d).ok()) {
            // The header has whole seconds: the true instant is half a second later on average.
            let theirs = date.timestamp_millis().saturating_add(500);
            let ahead = theirs.saturating_sub(self.now().millis());
            self.0.skew_millis.store(ahead, Ordering::Relaxed);
        }
    }
}

/// `Retry-After` in seconds. Its other form, a date, is rare and ignored.
fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// The causes of a failure below HTTP, outermost first, without the address.
fn transport_detail(error: reqwest::Error) -> String {
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
