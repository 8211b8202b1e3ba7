//! Keys of issuers: found by discovery, kept for an hour, read again for an unknown key, but not for a flood of them.
//!
//! An issuer is asked at its own address alone, keys included, over TLS that proves its name: so what it publishes, or
//! whom its name resolves to, opens no way to other places.

use super::key::{IssuerKey, KeySet};
use super::{Workload, WorkloadError, WorkloadToken};
use crate::model::{Clock, Issuer, Timestamp};
use crate::oidc::OidcError;
use crate::oidc::outgoing::Outgoing;
use openidconnect::http;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long keys are kept.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Between two readings that unknown keys ask for: anybody can send a token that names one.
const BETWEEN: Duration = Duration::from_secs(60);

/// After a reading that failed nobody waits for another before this time.
const PAUSE: Duration = Duration::from_secs(5);

/// Issuers whose keys are kept at a time.
const MOST: usize = 200;

/// What is needed of an issuer's metadata; some publish little more.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: url::Url,
}

/// Verifies tokens by the keys of their issuers.
pub struct WorkloadIssuers {
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<Issuer, Arc<Kept>>>,
}

#[derive(Default)]
struct Kept(tokio::sync::Mutex<Reading>);

#[derive(Default)]
struct Reading {
    tried_at: Option<Timestamp>,
    /// Why the last one failed. What was read before stays good for its time.
    failed: Option<WorkloadError>,
    keys: Option<(Timestamp, Vec<Arc<IssuerKey>>)>,
}

impl WorkloadIssuers {
    /// Issuers that are reached by this HTTP client, which must follow no redirects and have time limits.
    pub fn new(http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            outgoing: Outgoing { http, inner: None },
            clock,
            known: Mutex::default(),
        }
    }

    /// The workload, if the token is this issuer's and valid now.
    pub async fn verify(
        &self,
        issuer: &Issuer,
        token: WorkloadToken<'_>,
    ) -> Result<Workload, WorkloadError> {
        if token.issuer()? != issuer.as_str() {
            return Err(WorkloadError::ClaimInvalid("iss"));
        }
        let key = self.key(issuer, &token).await?;
        if !key.verify(token.signed, &token.signature) {
            return Err(WorkloadError::SignatureInvalid);
        }
        let expires_at = token.claims.check(self.clock.now())?;
        Ok(Workload {
            claims: token.claims,
            expires_at,
        })
    }

    /// The one key that the token names. Whoever comes while keys are read waits for the same answer.
    async fn key(
        &self,
        issuer: &Issuer,
        token: &WorkloadToken<'_>,
    ) -> Result<Arc<IssuerKey>, WorkloadError> {
        let kept = self.kept(issuer);
        let mut reading = kept.0.lock().await;
        let now = self.clock.now();
        let known = reading.find(token, now);
        if known.is_some() || !reading.may_read(now) {
            return known.unwrap_or_else(|| reading.missing());
        }
        let read = self.read(issuer).await;
        reading.tried_at = Some(now);
        reading.failed = read.as_ref().err().cloned();
        if let Ok(keys) = read {
            reading.keys = Some((now, keys));
        }
        let found = reading.find(token, now);
        found.unwrap_or_else(|| reading.missing())
    }

    fn kept(&self, issuer: &Issuer) -> Arc<Kept> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(issuer) {
            known.clear();
        }
        Arc::clone(known.entry(issuer.clone()).or_default())
    }

    async fn read(&self, issuer: &Issuer) -> Result<Vec<Arc<IssuerKey>>, WorkloadError> {
        let base = issuer.as_str().trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let metadata: Metadata = self.json(issuer, &address).await?;
        let garbage = |what: &str| WorkloadError::Garbage(issuer.to_string(), what.to_owned());
        if metadata.issuer != issuer.as_str() {
            return Err(garbage("its metadata names another issuer"));
        }
        let own = url::Url::parse(issuer.as_str()).map(|url| url.origin());
        if own != Ok(metadata.jwks_uri.origin()) {
            return Err(garbage(
                "`jwks_uri` is not at the issuer's own scheme, host and port",
            ));
        }
        let keys: KeySet = self.json(issuer, metadata.jwks_uri.as_str()).await?;
        Ok(keys.usable().into_iter().map(Arc::new).collect())
    }

    async fn json<T: DeserializeOwned>(
        &self,
        issuer: &Issuer,
        address: &str,
    ) -> Result<T, WorkloadError> {
        let garbage = |what: String| WorkloadError::Garbage(issuer.to_string(), what);
        let away = || WorkloadError::Away(issuer.to_string());
        let request = http::Request::get(address)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| garbage("an address that is none".to_owned()))?;
        let answer = match self.outgoing.send(request).await {
            Ok(answer) => answer,
            Err(OidcError::Garbage(_, what)) => return Err(garbage(what)),
            Err(_) => return Err(away()),
        };
        if answer.status().is_server_error() || answer.status().as_u16() == 429 {
            return Err(away());
        }
        if answer.status() != http::StatusCode::OK {
            return Err(garbage(format!("status {}", answer.status().as_u16())));
        }
        serde_json::from_slice(answer.body())
            .map_err(|_| garbage("no JSON of the right form".to_owned()))
    }
}

impl Reading {
    /// The key, while what was read is young. Two keys of one name are none.
    fn find(
        &self,
        token: &WorkloadToken<'_>,
        now: Timestamp,
    ) -> Option<Result<Arc<IssuerKey>, WorkloadError>> {
        let (at, keys) = self.keys.as_ref()?;
        if !now.within(KEPT, *at) {
            return None;
        }
        let mut fitting = keys
            .iter()
            .filter(|key| key.is(&token.key, &token.algorithm));
        let (first, second) = (fitting.next(), fitting.next());
        match (first, second) {
            (Some(key), None) => Some(Ok(Arc::clone(key))),
            (Some(_), Some(_)) => Some(Err(WorkloadError::KeyUnknown)),
            (None, _) => None,
        }
    }

    fn may_read(&self, now: Timestamp) -> bool {
        let pause = self.failed.as_ref().map_or(BETWEEN, |_| PAUSE);
        self.tried_at.is_none_or(|at| !now.within(pause, at))
    }

    fn missing<T>(&self) -> Result<T, WorkloadError> {
        let error = self.failed.clone();
        Err(error.unwrap_or(WorkloadError::KeyUnknown))
    }
}
