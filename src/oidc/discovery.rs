//! What a provider says of itself: read once, kept for an hour, and read again when a key is unknown.

use super::OidcError;
use super::keys::Usable;
use super::metadata::Metadata;
use super::outgoing::Outgoing;
use crate::model::{Clock, Timestamp};
use openidconnect::http;
use std::sync::{Arc, Mutex as Lock, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Between two readings that unknown keys cause: anybody can send a token that names one.
const BETWEEN: Duration = Duration::from_secs(60);

/// Where the document is, and who must have written it.
pub(super) struct Expected {
    /// `<url>/.well-known/openid-configuration`.
    address: String,
    /// Spellings of the issuer that are accepted; the first is the configured one.
    issuers: Vec<String>,
    /// The keys of the configuration that say so.
    keys: String,
}

impl Expected {
    /// At this address; the issuer is the address where nothing else is said.
    pub(super) fn new(url: &url::Url, issuer: Option<&str>, keys: &str) -> Self {
        let base = url.as_str().trim_end_matches('/');
        // Gitea's issuer lost its last slash in 1.25.0; both spellings are the same server.
        let issuers = match issuer {
            Some(issuer) => vec![issuer.to_owned()],
            None => vec![base.to_owned(), format!("{base}/")],
        };
        Self {
            address: format!("{base}/.well-known/openid-configuration"),
            issuers,
            keys: keys.to_owned(),
        }
    }

    /// As configured.
    pub(super) fn issuer(&self) -> String {
        self.issuers.first().cloned().unwrap_or_default()
    }
}

/// Reads and keeps metadata with keys.
pub(super) struct Discovery {
    outgoing: Outgoing,
    expected: Expected,
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<(Timestamp, Arc<Metadata>)>>,
    /// When a stranger last caused a reading.
    caused: Lock<Timestamp>,
    noted: Lock<Noted>,
}

/// How the last reading went.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    pub at: Option<Timestamp>,
    pub error: Option<OidcError>,
}

impl Discovery {
    pub(super) fn new(outgoing: Outgoing, expected: Expected, clock: Arc<dyn Clock>) -> Self {
        Self {
            outgoing,
            expected,
            clock,
            kept: Mutex::new(None),
            caused: Lock::default(),
            noted: Lock::default(),
        }
    }

    /// The metadata, from memory while it is young.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        self.younger_than(KEPT).await
    }

    /// The metadata, read again unless that was done within this time.
    pub(super) async fn younger_than(&self, age: Duration) -> Result<Arc<Metadata>, OidcError> {
        self.unless(|at, now| now.within(age, at)).await
    }

    /// The metadata as it is after an instant: whatever the provider signed before it has its key there.
    pub(super) async fn read_after(&self, instant: Timestamp) -> Result<Arc<Metadata>, OidcError> {
        self.unless(|at, now| at > instant && now.within(KEPT, at))
            .await
    }

    /// The metadata, read again unless a stranger caused that a moment ago: anybody can send a token of an unknown key.
    pub(super) async fn read_for_stranger(&self) -> Result<Arc<Metadata>, OidcError> {
        let now = self.clock.now();
        if self.may_cause(now) {
            self.read_after(now).await
        } else {
            self.metadata().await
        }
    }

    fn may_cause(&self, now: Timestamp) -> bool {
        let mut caused = lock(&self.caused);
        let may = !now.within(BETWEEN, *caused);
        if may {
            *caused = now;
        }
        may
    }

    /// Whoever comes while it is read waits for the same answer.
    async fn unless(
        &self,
        good: impl Fn(Timestamp, Timestamp) -> bool,
    ) -> Result<Arc<Metadata>, OidcError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some((at, metadata)) = &*kept
            && good(*at, now)
        {
            return Ok(Arc::clone(metadata));
        }
        let read = self.read().await;
        *lock(&self.noted) = Noted {
            at: Some(now),
            error: read.as_ref().err().cloned(),
        };
        let metadata = Arc::new(read?);
        *kept = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    /// How the last reading went.
    pub(super) fn noted(&self) -> Noted {
        lock(&self.noted).clone()
    }

    /// The issuer as configured.
    pub(super) fn issuer(&self) -> String {
        self.expected.issuer()
    }

    async fn read(&self) -> Result<Metadata, OidcError> {
        let metadata: Metadata = self.json(&self.expected.address).await?;
        let found = metadata.issuer().as_str();
        if !self.expected.issuers.iter().any(|issuer| issuer == found) {
            return Err(OidcError::IssuerWrong {
                expected: self.expected.issuer(),
                found: found.to_owned(),
                correct: self.expected.keys.clone(),
            });
        }
        let Usable(keys) = self.json(metadata.jwks_uri().as_str()).await?;
        Ok(metadata.set_jwks(keys))
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, OidcError> {
        let wrong = |what: String| OidcError::Garbage(address.to_owned(), what);
        let request = http::Request::get(address)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| wrong("an address that is none".to_owned()))?;
        let answer = self.outgoing.send(request).await?;
        if answer.status().is_server_error() {
            return Err(OidcError::Away(address.to_owned()));
        }
        if answer.status() != http::StatusCode::OK {
            return Err(wrong(format!("status {}", answer.status().as_u16())));
        }
        serde_json::from_slice(answer.body())
            .map_err(|_| wrong("no JSON of the right form".to_owned()))
    }
}

fn lock<T>(lock: &Lock<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
