//! The keys of issuers: found by discovery, kept for an hour, and read again for an unknown key at most once a minute.
//!
//! Must never send a request to another origin than the issuer's, for its keys included: neither its metadata nor its DNS
//! entry may direct requests elsewhere.

use super::error::WorkloadError;
use super::issuer_key::{IssuerKey, PublishedKeySet};
use super::token::{TokenSignature, Workload, WorkloadToken};
use crate::model::{Clock, Issuer, Timestamp};
use crate::oidc::OidcError;
use crate::oidc::http_client::HttpClient;
use openidconnect::http;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long keys are kept.
const KEYS_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Between two reads for unknown keys, because any caller can send a token that names one.
const READ_INTERVAL: Duration = Duration::from_secs(60);

/// Between a failed read and the next.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Most issuers with keys in memory.
const MAX_ISSUERS: usize = 200;

/// The required metadata of an issuer; some publish little more.
#[derive(Deserialize)]
struct IssuerMetadata {
    issuer: String,
    jwks_uri: url::Url,
}

/// Verifies tokens by the keys of their issuers.
pub struct WorkloadIssuers {
    http: HttpClient,
    clock: Arc<dyn Clock>,
    issuers: Mutex<HashMap<Issuer, Arc<tokio::sync::Mutex<IssuerKeys>>>>,
}

#[derive(Default)]
struct IssuerKeys {
    read_at: Option<Timestamp>,
    /// The error of the last read. Keys that were read before stay valid for their lifetime.
    error: Option<WorkloadError>,
    keys: Option<(Timestamp, Vec<Arc<IssuerKey>>)>,
}

impl WorkloadIssuers {
    /// The HTTP client must follow no redirects and have time limits.
    pub fn new(http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            http: HttpClient { http, inner: None },
            clock,
            issuers: Mutex::default(),
        }
    }

    /// The workload, if the token is valid and from this issuer.
    pub async fn verify(
        &self,
        issuer: &Issuer,
        token: WorkloadToken<'_>,
    ) -> Result<Workload, WorkloadError> {
        if token.issuer()? != issuer.as_str() {
            return Err(WorkloadError::ClaimInvalid("iss"));
        }
        let key = self.key(issuer, &token).await?;
        if !key.verify(token.signature.signed, &token.signature.bytes) {
            return Err(WorkloadError::SignatureInvalid);
        }
        let expires_at = token.claims.check_claims(self.clock.now())?;
        Ok(Workload {
            claims: token.claims,
            expires_at,
        })
    }

    /// The key that the token names. Callers during a read wait for its result.
    async fn key(
        &self,
        issuer: &Issuer,
        token: &WorkloadToken<'_>,
    ) -> Result<Arc<IssuerKey>, WorkloadError> {
        let keys = self.keys(issuer);
        let mut keys = keys.lock().await;
        let now = self.clock.now();
        let known = keys.find(token, now);
        if known.is_some() || !keys.may_read(now) {
            return known.ok_or_else(|| keys.missing());
        }
        let read = self.read(issuer).await;
        keys.read_at = Some(now);
        keys.error = read.as_ref().err().cloned();
        if let Ok(read) = read {
            keys.keys = Some((now, read));
        }
        keys.find(token, now).ok_or_else(|| keys.missing())
    }

    fn keys(&self, issuer: &Issuer) -> Arc<tokio::sync::Mutex<IssuerKeys>> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        if issuers.len() >= MAX_ISSUERS && !issuers.contains_key(issuer) {
            issuers.clear();
        }
        Arc::clone(issuers.entry(issuer.clone()).or_default())
    }

    async fn read(&self, issuer: &Issuer) -> Result<Vec<Arc<IssuerKey>>, WorkloadError> {
        let base = issuer.as_str().trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let metadata: IssuerMetadata = self.json(issuer, &address).await?;
        let invalid =
            |what: &str| WorkloadError::InvalidResponse(issuer.to_string(), what.to_owned());
        if metadata.issuer != issuer.as_str() {
            return Err(invalid("its metadata names another issuer"));
        }
        let own = url::Url::parse(issuer.as_str()).map(|url| url.origin());
        if own != Ok(metadata.jwks_uri.origin()) {
            return Err(invalid(
                "`jwks_uri` is not at the issuer's own scheme, host and port",
            ));
        }
        let keys: PublishedKeySet = self.json(issuer, metadata.jwks_uri.as_str()).await?;
        Ok(keys.usable().into_iter().map(Arc::new).collect())
    }

    async fn json<T: DeserializeOwned>(
        &self,
        issuer: &Issuer,
        address: &str,
    ) -> Result<T, WorkloadError> {
        let invalid = |what: String| WorkloadError::InvalidResponse(issuer.to_string(), what);
        let unreachable = || WorkloadError::Unreachable(issuer.to_string());
        let request = http::Request::get(address)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| invalid("invalid address".to_owned()))?;
        let response = match self.http.send(request).await {
            Ok(response) => response,
            Err(OidcError::InvalidResponse(_, what)) => return Err(invalid(what)),
            Err(_) => return Err(unreachable()),
        };
        if response.status().is_server_error() || response.status().as_u16() == 429 {
            return Err(unreachable());
        }
        if response.status() != http::StatusCode::OK {
            return Err(invalid(format!("status {}", response.status().as_u16())));
        }
        serde_json::from_slice(response.body())
            .map_err(|_| invalid("no JSON object with the required members".to_owned()))
    }
}

impl IssuerKeys {
    /// The key that the token names, among keys that are young enough.
    fn find(&self, token: &WorkloadToken<'_>, now: Timestamp) -> Option<Arc<IssuerKey>> {
        let (at, keys) = self.keys.as_ref()?;
        let TokenSignature {
            key_id, algorithm, ..
        } = &token.signature;
        let mut keys = keys.iter().filter(|_| now.within(KEYS_LIFETIME, *at));
        keys.find(|key| key.is(key_id, algorithm)).cloned()
    }

    fn may_read(&self, now: Timestamp) -> bool {
        let interval = self
            .error
            .as_ref()
            .map_or(READ_INTERVAL, |_| RETRY_INTERVAL);
        self.read_at.is_none_or(|at| !now.within(interval, at))
    }

    fn missing(&self) -> WorkloadError {
        self.error.clone().unwrap_or(WorkloadError::KeyUnknown)
    }
}
