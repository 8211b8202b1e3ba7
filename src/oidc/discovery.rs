//! What a provider says of itself: read once, kept for an hour, and read again when a key is unknown.

use super::OidcError;
use super::outgoing::Outgoing;
use crate::model::{Clock, Timestamp};
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::http;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Between two readings that an unknown key asks for, so that forged tokens cause no flood.
const BETWEEN: Duration = Duration::from_secs(10);

/// Reads and keeps metadata with keys.
pub(super) struct Discovery {
    outgoing: Outgoing,
    /// Where the document is: `<url>/.well-known/openid-configuration`.
    address: String,
    /// Spellings of the issuer that are accepted.
    issuers: Vec<String>,
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<(Timestamp, Arc<CoreProviderMetadata>)>>,
}

impl Discovery {
    pub(super) fn new(
        outgoing: Outgoing,
        url: &url::Url,
        issuer: Option<&str>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let base = url.as_str().trim_end_matches('/');
        // Gitea's issuer lost its last slash in 1.25.0; both spellings are the same server.
        let issuers = match issuer {
            Some(issuer) => vec![issuer.to_owned()],
            None => vec![base.to_owned(), format!("{base}/")],
        };
        Self {
            outgoing,
            address: format!("{base}/.well-known/openid-configuration"),
            issuers,
            clock,
            kept: Mutex::new(None),
        }
    }

    /// The metadata, from memory while it is young.
    pub(super) async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        self.younger_than(KEPT).await
    }

    /// The metadata, read again unless that was done a moment ago.
    pub(super) async fn refreshed(&self) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        self.younger_than(BETWEEN).await
    }

    /// Whoever comes while it is read waits for the same answer.
    async fn younger_than(&self, age: Duration) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some((at, metadata)) = &*kept
            && now.since(*at) < age
        {
            return Ok(Arc::clone(metadata));
        }
        let metadata = Arc::new(self.read().await?);
        *kept = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    async fn read(&self) -> Result<CoreProviderMetadata, OidcError> {
        let metadata: CoreProviderMetadata = self.json(&self.address).await?;
        let found = metadata.issuer().as_str();
        if !self.issuers.iter().any(|issuer| issuer == found) {
            return Err(OidcError::IssuerWrong {
                expected: self.issuers.first().cloned().unwrap_or_default(),
                found: found.to_owned(),
            });
        }
        let keys: CoreJsonWebKeySet = self.json(metadata.jwks_uri().as_str()).await?;
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
