//! Access tokens: issue, verify, revoke.
//!
//! The claims of a verified token are cached by the token's digest, so that its signature is verified once. Must never cache
//! what can change: time, audience, published keys, revocations and the grant are checked on every request.

use super::claims::{Claims, TokenClaims};
use super::grants::{self, GrantError, Grants};
use super::jws::{self, TokenType};
use super::revocations::Revocations;
use super::signing_keys::{KeyError, SigningKeys};
use super::{AccessToken, Audience, TokenError};
use crate::audit::{Action, AuditEvent};
use crate::model::{
    Capabilities, Clock, DisplayText, Grant, KeyId, Principal, Random, Revocation, RevokedObject,
    SigningAlgorithm, Timestamp, TokenId, sha256,
};
use crate::store::{Change, CommitError, Operation, Store};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Verified tokens in the cache; a full cache is emptied.
const MAX_CACHED: usize = 20_000;

/// Verified tokens with their signing keys, by digest.
type Cache = HashMap<[u8; 32], (KeyId, Arc<AccessToken>)>;

/// A token that was just issued.
pub struct IssuedToken {
    /// In compact form: for the response alone.
    pub text: String,
    /// Its claims.
    pub token: AccessToken,
}

/// Issues and verifies access tokens.
pub struct Tokens {
    issuer: String,
    keys: Arc<SigningKeys>,
    grants: Arc<Grants>,
    revocations: Revocations,
    store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    cache: Mutex<Cache>,
}

/// What an access token rests on.
pub struct TokenBasis {
    /// Writes revocations.
    pub store: Store,
    /// Sign tokens.
    pub keys: Arc<SigningKeys>,
    /// A token is valid no longer than its grant.
    pub grants: Arc<Grants>,
    /// The stored revocations.
    pub revocations: Vec<Revocation>,
}

impl Tokens {
    /// With this issuer: the external URL without a final slash.
    pub fn new(
        issuer: String,
        basis: TokenBasis,
        Capabilities { clock, random }: Capabilities,
    ) -> Self {
        Self {
            issuer,
            keys: basis.keys,
            grants: basis.grants,
            revocations: Revocations::new(basis.store.clone(), basis.revocations),
            store: basis.store,
            clock,
            random,
            cache: Mutex::default(),
        }
    }

    /// `iss` of every token.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The signing keys.
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Signs a token with these claims; it expires after `lifetime`.
    pub fn issue(
        &self,
        algorithm: SigningAlgorithm,
        lifetime: Duration,
        claims: TokenClaims,
    ) -> Result<IssuedToken, KeyError> {
        let id = TokenId::generate(&*self.clock, &*self.random);
        let token = claims.issue(id, self.clock.now(), lifetime);
        let claims = Claims::of(&self.issuer, &token);
        let (_, text) = self.keys.sign(algorithm, TokenType::Access, &claims)?;
        Ok(IssuedToken { text, token })
    }

    /// Verifies a token for this audience.
    pub fn verify(
        &self,
        text: &str,
        audience: Audience<'_>,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let token = self.check(text)?;
        audience.check(&token)?;
        Ok(token)
    }

    /// Verifies a token for any audience, for the authorization server.
    pub fn check(&self, text: &str) -> Result<Arc<AccessToken>, TokenError> {
        let token = self.verify_signature(text)?;
        let now = self.clock.now();
        let (from, at) = (token.issued_at, token.expires_at);
        if now >= at {
            return Err(TokenError::Expired { at, now });
        }
        // The same clock issued the token, so this happens only when it was set back.
        if !now.between(from, at) {
            return Err(TokenError::NotYetValid { from, now });
        }
        let ended = token.grant.is_some_and(|id| !self.grants.is_valid(id));
        if ended || self.revocations.covers(&token) {
            return Err(TokenError::Revoked);
        }
        Ok(token)
    }

    /// Revokes one token, or all tokens of a principal that were issued until now; the latter also ends a person's grants. One
    /// transaction on disk, and in force at once even if the disk fails.
    pub async fn revoke(
        &self,
        revoked: RevokedObject,
        event: AuditEvent,
    ) -> Result<(), CommitError> {
        // The revocation comes first: a grant that is being added is either ended here, or `keep` finds the revocation.
        let revocation = self.revocations.add(revoked, self.clock.now());
        let ended = match revoked {
            RevokedObject::Principal {
                principal: Principal::User(id),
            } => self.grants.end_in_memory(id),
            _ => Vec::new(),
        };
        let event = grants::with_ended_grants(event, &ended);
        let ends = ended.into_iter().map(Operation::DeleteGrant);
        let change: Change = ends.chain([revocation]).collect();
        self.store.commit(change, event).await.map(|_| ())
    }

    /// Is everything revoked that a principal had at an instant?
    pub fn are_revoked(&self, principal: Principal, at: Timestamp) -> bool {
        self.revocations.covers_until(principal, at)
    }

    /// Adds the grant of a consent that a person gave at an instant; returns its first refresh token. `event` records the start,
    /// and with another action the end, when everything of the person was revoked meanwhile.
    pub async fn keep(
        &self,
        grant: Grant,
        allowed_at: Timestamp,
        event: AuditEvent,
    ) -> Result<SecretString, GrantError> {
        let (id, person) = (grant.id, Principal::User(grant.user));
        let error = GrantError::Revoked;
        let end = AuditEvent {
            action: Action::GrantEnd,
            reasons: vec![DisplayText::lossy(&error.to_string())],
            ..event.clone()
        };
        let refresh = self.grants.add(grant, event).await?;
        // `revoke` adds the revocation before it ends the grants, so that either it or this finds the other.
        if !self.are_revoked(person, allowed_at) {
            return Ok(refresh);
        }
        self.grants.end(&[id], end).await?;
        Err(error)
    }

    /// Records the use of a foreign token that may be used once, by its issuer and id; returns the operation to write, or none
    /// when it was used before. The use is recorded until the token expires.
    pub fn take_foreign(&self, issuer: &str, id: &str, until: Timestamp) -> Option<Operation> {
        let digest = sha256(&[issuer.as_bytes(), b"\n", id.as_bytes()]);
        self.revocations.take(digest, self.clock.now(), until)
    }

    /// Forgets revocations that have no effect any more.
    pub async fn tidy(&self) -> Result<(), CommitError> {
        self.revocations.tidy(self.clock.now()).await
    }

    /// The claims of a token with a valid signature, from the cache if possible.
    fn verify_signature(&self, text: &str) -> Result<Arc<AccessToken>, TokenError> {
        let digest = sha256(&[text.as_bytes()]);
        let cached = self.lock().get(&digest).cloned();
        if let Some((key, token)) = cached {
            let published = self.keys.contains(key);
            return published.then_some(token).ok_or(TokenError::KeyUnknown);
        }
        let unverified = jws::parse(text, TokenType::Access)?;
        match self.keys.verify(&unverified) {
            None => return Err(TokenError::KeyUnknown),
            Some(false) => return Err(TokenError::SignatureInvalid),
            Some(true) => {}
        }
        let claims = Claims::read(&unverified.claims)?;
        if claims.iss != self.issuer {
            return Err(TokenError::IssuerWrong {
                expected: self.issuer.clone(),
            });
        }
        let token = Arc::new(claims.token()?);
        let mut cache = self.lock();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(digest, (unverified.key, Arc::clone(&token)));
        Ok(token)
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
