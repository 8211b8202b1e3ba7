//! Access tokens: issued, verified, remembered, revoked.
//!
//! A verified token is remembered by its digest, so that a second look costs no signature. What can change is looked at
//! every time: the clock, the audience, the key's presence, revocations, the grant.

use super::claims::Claims;
use super::grants::{self, GrantError, Grants};
use super::jws::{self, TokenType};
use super::revocations::Revocations;
use super::signing_keys::{KeyError, SigningKeys};
use super::{AccessToken, Audience, TokenError};
use crate::audit::{Action, AuditEvent};
use crate::model::{
    Clock, DisplayText, Grant, KeyId, Principal, Random, Revocation, RevokedObject,
    SigningAlgorithm, Timestamp, TokenId, sha256,
};
use crate::store::{Change, CommitError, Operation, Store};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Verified tokens that are remembered at a time; beyond it all are verified anew.
const REMEMBERED: usize = 20_000;

/// What verified tokens say, with the key that signed them, by their digest.
type Remembered = HashMap<[u8; 32], (KeyId, Arc<AccessToken>)>;

/// A token that was just made.
pub struct Issued {
    /// In compact form: for the answer and nothing else.
    pub text: String,
    /// What it says.
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
    remembered: Mutex<Remembered>,
}

/// What an access token rests on.
pub struct TokenBasis {
    /// Keeps revocations.
    pub store: Store,
    /// Sign.
    pub keys: Arc<SigningKeys>,
    /// Must live as long as their tokens.
    pub grants: Arc<Grants>,
    /// What the store had.
    pub revocations: Vec<Revocation>,
}

impl Tokens {
    /// Of this issuer: the external URL without a last slash.
    pub fn new(
        issuer: String,
        foundations: TokenBasis,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
    ) -> Self {
        Self {
            issuer,
            keys: foundations.keys,
            grants: foundations.grants,
            revocations: Revocations::new(foundations.store.clone(), foundations.revocations),
            store: foundations.store,
            clock,
            random,
            remembered: Mutex::default(),
        }
    }

    /// `iss` of every token.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys.
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Signs a token; its id and times are made here. It lives no longer than `life`.
    pub fn issue(
        &self,
        algorithm: SigningAlgorithm,
        life: Duration,
        token: AccessToken,
    ) -> Result<Issued, KeyError> {
        let now = self.clock.now();
        let token = AccessToken {
            id: TokenId::generate(&*self.clock, &*self.random),
            issued_at: now,
            expires_at: now.plus(life),
            ..token
        };
        let claims = Claims::of(&self.issuer, &token);
        let (_, text) = self.keys.sign(algorithm, TokenType::Access, &claims)?;
        Ok(Issued { text, token })
    }

    /// The token, if it is one of ours, for this audience, valid now and not revoked.
    pub fn verify(
        &self,
        text: &str,
        audience: Audience<'_>,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let token = self.check(text)?;
        audience.check(&token)?;
        Ok(token)
    }

    /// The same for whatever audience: for the authorization server itself.
    pub fn check(&self, text: &str) -> Result<Arc<AccessToken>, TokenError> {
        let token = self.signed(text)?;
        let now = self.clock.now();
        let (from, at) = (token.issued_at, token.expires_at);
        if now >= at {
            return Err(TokenError::Expired { at, now });
        }
        // The clock that issued it is this one: only a clock that was set back makes a difference.
        if !now.between(from, at) {
            return Err(TokenError::NotYetValid { from, now });
        }
        let ended = token.grant.is_some_and(|id| !self.grants.lives(id));
        if ended || self.revocations.covers(&token) {
            return Err(TokenError::Revoked);
        }
        Ok(token)
    }

    /// Revokes one token, or all of a principal's that were issued up to now; with the latter ends what a person allowed
    /// clients. One step on disk, and in force at once whatever that does.
    pub async fn revoke(
        &self,
        revoked: RevokedObject,
        event: AuditEvent,
    ) -> Result<(), CommitError> {
        // The revocation comes first, so that a grant that is being kept is seen here or sees it.
        let revocation = self.revocations.add(revoked, self.clock.now());
        let ended = match revoked {
            RevokedObject::Principal {
                principal: Principal::User(id),
            } => self.grants.end_now(|grant| grant.user == id),
            _ => Vec::new(),
        };
        let event = grants::ending(event, &ended);
        let ends = ended.into_iter().map(Operation::DeleteGrant);
        let change: Change = ends.chain([revocation]).collect();
        self.store.commit(change, event).await.map(|_| ())
    }

    /// Was everything revoked that a principal had at an instant?
    pub fn are_revoked(&self, principal: Principal, at: Timestamp) -> bool {
        self.revocations.covers_until(principal, at)
    }

    /// Keeps what a person allowed at an instant, and gives its first refresh token. `event` records the beginning; the end,
    /// if everything of that person's was revoked meanwhile, is recorded in the same name.
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
        // Whoever revokes everything says so before ending the grants that are there: one of both sees the other.
        if !self.are_revoked(person, allowed_at) {
            return Ok(refresh);
        }
        self.grants.end(&[id], end).await?;
        Err(error)
    }

    /// Takes a foreign token that counts once, by its issuer and id: none when it was taken before, otherwise
    /// the step to write. It is remembered until its end, after which it is refused for that.
    pub fn take_foreign(&self, issuer: &str, id: &str, until: Timestamp) -> Option<Operation> {
        let digest = sha256(&[issuer.as_bytes(), b"\n", id.as_bytes()]);
        self.revocations.take(digest, self.clock.now(), until)
    }

    /// Forgets revocations of what is not valid any more.
    pub async fn tidy(&self) -> Result<(), CommitError> {
        self.revocations.tidy(self.clock.now()).await
    }

    /// What a signature of ours says, verified now or before.
    fn signed(&self, text: &str) -> Result<Arc<AccessToken>, TokenError> {
        let digest = sha256(&[text.as_bytes()]);
        let known = self.lock().get(&digest).cloned();
        if let Some((key, token)) = known {
            let known = self.keys.knows(key);
            return known.then_some(token).ok_or(TokenError::KeyUnknown);
        }
        let parts = jws::split(text, TokenType::Access)?;
        match self.keys.verify(&parts) {
            None => return Err(TokenError::KeyUnknown),
            Some(false) => return Err(TokenError::SignatureInvalid),
            Some(true) => {}
        }
        let claims = Claims::read(&parts.claims)?;
        if claims.iss != self.issuer {
            return Err(TokenError::IssuerWrong {
                expected: self.issuer.clone(),
            });
        }
        let token = Arc::new(claims.token()?);
        let mut remembered = self.lock();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(digest, (parts.key, Arc::clone(&token)));
        Ok(token)
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
