//! The metadata and keys of a provider: read once, kept for an hour, and read again for an unknown key.

use super::OidcError;
use super::http_client::HttpClient;
use super::metadata::Metadata;
use super::verification_keys::VerificationKeys;
use crate::model::{Clock, Timestamp};
use openidconnect::http;
use std::sync::{Arc, Mutex as Lock, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long metadata is kept.
const METADATA_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Between two reads for unknown keys, because any caller can send a token that names one.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(60);

/// The address of the metadata, and the issuers that it may name.
pub(super) struct ExpectedIssuer {
    /// `<url>/.well-known/openid-configuration`.
    address: String,
    /// Accepted spellings; the first is the configured one.
    issuers: Vec<String>,
    /// The keys of the configuration that determine the issuer.
    keys: String,
}

impl ExpectedIssuer {
    /// The issuer is the address by default.
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

    fn configured(&self) -> String {
        self.issuers.first().cloned().unwrap_or_default()
    }
}

/// Reads and keeps the metadata and keys.
pub(super) struct Discovery {
    http: HttpClient,
    expected: ExpectedIssuer,
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<(Timestamp, Arc<Metadata>)>>,
    /// The last read that an unauthenticated caller caused.
    caused_at: Lock<Timestamp>,
    status: Lock<DiscoveryStatus>,
}

/// The result of the last read.
#[derive(Debug, Clone, Default)]
pub(super) struct DiscoveryStatus {
    pub at: Option<Timestamp>,
    pub error: Option<OidcError>,
}

impl Discovery {
    pub(super) fn new(http: HttpClient, expected: ExpectedIssuer, clock: Arc<dyn Clock>) -> Self {
        Self {
            http,
            expected,
            clock,
            kept: Mutex::new(None),
            caused_at: Lock::default(),
            status: Lock::default(),
        }
    }

    /// The metadata, at most an hour old.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        self.younger_than(METADATA_LIFETIME).await
    }

    /// The metadata, read again if it is older.
    pub(super) async fn younger_than(&self, age: Duration) -> Result<Arc<Metadata>, OidcError> {
        self.read_unless(|at, now| now.within(age, at)).await
    }

    /// The metadata, read after an instant: it has the key of every token that the provider signed before.
    pub(super) async fn read_after(&self, instant: Timestamp) -> Result<Arc<Metadata>, OidcError> {
        self.read_unless(|at, now| at > instant && now.within(METADATA_LIFETIME, at))
            .await
    }

    /// The metadata, read again for an unauthenticated caller unless one caused a read within the last minute.
    pub(super) async fn read_for_unknown_key(&self) -> Result<Arc<Metadata>, OidcError> {
        let now = self.clock.now();
        if self.may_cause_read(now) {
            self.read_after(now).await
        } else {
            self.metadata().await
        }
    }

    fn may_cause_read(&self, now: Timestamp) -> bool {
        let mut caused_at = lock(&self.caused_at);
        let may = !now.within(UNKNOWN_KEY_INTERVAL, *caused_at);
        if may {
            *caused_at = now;
        }
        may
    }

    /// Callers during a read wait for its result.
    async fn read_unless(
        &self,
        valid: impl Fn(Timestamp, Timestamp) -> bool,
    ) -> Result<Arc<Metadata>, OidcError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some((at, metadata)) = &*kept
            && valid(*at, now)
        {
            return Ok(Arc::clone(metadata));
        }
        let read = self.read().await;
        *lock(&self.status) = DiscoveryStatus {
            at: Some(now),
            error: read.as_ref().err().cloned(),
        };
        let metadata = Arc::new(read?);
        *kept = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    pub(super) fn status(&self) -> DiscoveryStatus {
        lock(&self.status).clone()
    }

    /// The configured issuer.
    pub(super) fn issuer(&self) -> String {
        self.expected.configured()
    }

    async fn read(&self) -> Result<Metadata, OidcError> {
        let metadata: Metadata = self.json(&self.expected.address).await?;
        let found = metadata.issuer().as_str();
        if !self.expected.issuers.iter().any(|issuer| issuer == found) {
            return Err(OidcError::IssuerMismatch {
                expected: self.expected.configured(),
                found: found.to_owned(),
                keys: self.expected.keys.clone(),
            });
        }
        let VerificationKeys(keys) = self.json(metadata.jwks_uri().as_str()).await?;
        Ok(metadata.set_jwks(keys))
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, OidcError> {
        let invalid = |what: String| OidcError::InvalidResponse(address.to_owned(), what);
        let request = http::Request::get(address)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| invalid("invalid address".to_owned()))?;
        let response = self.http.send(request).await?;
        if response.status().is_server_error() {
            return Err(OidcError::Unreachable(address.to_owned()));
        }
        if response.status() != http::StatusCode::OK {
            return Err(invalid(format!("status {}", response.status().as_u16())));
        }
        serde_json::from_slice(response.body())
            .map_err(|_| invalid("no JSON object with the required members".to_owned()))
    }
}

fn lock<T>(lock: &Lock<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
