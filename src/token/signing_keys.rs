//! The signing keys: made before they sign, published, sealed at rest, deleted when no token of theirs is valid.
//!
//! Must never sign with a key that is not on disk.

use super::jws::{self, Signer, TokenType, UnverifiedToken};
use super::key_pair::{KeyPair, KeyPairError};
use super::schedule::{self, KeyState, RotationStep};
use super::seal::{Seal, SealError};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    Capabilities, Clock, KeyId, Principal, Random, SigningAlgorithm, SigningKey, SystemJob,
    Timestamp,
};
use crate::store::{Change, CommitError, Operation, Store};
use arc_swap::ArcSwap;
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Why a signing key could not be read, made, used or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The library failed.
    #[error(transparent)]
    KeyPair(#[from] KeyPairError),
    /// The keys were sealed with another seal key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The key could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// A signing key, as administrators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyView {
    /// `kid`.
    pub id: KeyId,
    /// Its algorithm.
    pub algorithm: SigningAlgorithm,
    /// Its state now.
    pub state: KeyState,
    /// When it was published.
    pub made_at: Timestamp,
    /// When it starts to sign.
    pub signs_from: Timestamp,
}

/// The keys in memory, replaced as a whole.
struct KeySet {
    keys: Vec<SigningKey>,
    pairs: HashMap<KeyId, Arc<KeyPair>>,
    document: Arc<str>,
}

impl KeySet {
    fn new(keys: Vec<SigningKey>, pairs: HashMap<KeyId, Arc<KeyPair>>) -> Self {
        let published = keys
            .iter()
            .filter_map(|key| Some(pairs.get(&key.id)?.jwk(key.id)));
        let published: Vec<_> = published.collect();
        let document = json!({ "keys": published }).to_string().into();
        Self {
            keys,
            pairs,
            document,
        }
    }

    fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<Signer<'_>> {
        let key = schedule::current(&self.keys, algorithm, now)?;
        Some(Signer {
            id: key.id,
            algorithm,
            pair: self.pairs.get(&key.id)?,
        })
    }
}

/// The signing keys: sign, verify, rotate.
pub struct SigningKeys {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    seal: Seal,
    interval: Duration,
    key_set: ArcSwap<KeySet>,
    turn: Mutex<()>,
}

impl SigningKeys {
    /// With the stored keys; each signs for `interval`.
    pub fn open(
        store: Store,
        Capabilities { clock, random }: Capabilities,
        seal: Seal,
        interval: Duration,
        loaded: Vec<SigningKey>,
    ) -> Result<Self, KeyError> {
        let mut pairs = HashMap::new();
        for key in &loaded {
            let pkcs8 = seal.open(&key.id.to_string(), &key.private)?;
            let pair = KeyPair::read(key.algorithm, &pkcs8)?;
            pairs.insert(key.id, Arc::new(pair));
        }
        Ok(Self {
            store,
            clock,
            random,
            seal,
            interval,
            key_set: ArcSwap::from_pointee(KeySet::new(loaded, pairs)),
            turn: Mutex::new(()),
        })
    }

    /// The public keys (RFC 7517 section 5), for verifiers.
    pub fn document(&self) -> Arc<str> {
        Arc::clone(&self.key_set.load().document)
    }

    /// Every key, the newest first.
    pub fn list(&self) -> Vec<KeyView> {
        let now = self.clock.now();
        let key_set = self.key_set.load();
        let mut list: Vec<_> = key_set
            .keys
            .iter()
            .map(|key| view(&key_set.keys, key, now))
            .collect();
        list.sort_unstable_by_key(|key| std::cmp::Reverse((key.signs_from, key.id)));
        list
    }

    /// Makes and deletes the keys that are due. Every algorithm has a key afterwards, used or not, so that an application can
    /// change to another algorithm whose key the verifiers know.
    pub async fn rotate_due(&self) -> Result<(), KeyError> {
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let due = schedule::due(&self.key_set.load().keys, self.interval, now);
        for step in due {
            self.apply(step, scheduled(now)).await?;
        }
        Ok(())
    }

    /// Makes a key of this algorithm that signs as soon as verifiers can know it. None when one is waiting already.
    pub async fn rotate(
        &self,
        algorithm: SigningAlgorithm,
        event: AuditEvent,
    ) -> Result<Option<KeyView>, KeyError> {
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let step = schedule::rotate(&self.key_set.load().keys, algorithm, now);
        match step {
            Some(step) => self.apply(step, event).await,
            None => Ok(None),
        }
    }

    /// Makes a key of this algorithm that signs at once and deletes the others, which may have been copied. Every token that
    /// they signed is refused from now on.
    pub async fn replace(
        &self,
        algorithm: SigningAlgorithm,
        event: AuditEvent,
    ) -> Result<KeyView, KeyError> {
        let _turn = self.turn.lock().await;
        let others: Vec<KeyId> = {
            let key_set = self.key_set.load();
            let own = key_set.keys.iter().filter(|key| key.algorithm == algorithm);
            own.map(|key| key.id).collect()
        };
        let now = self.clock.now();
        let made = self.make(algorithm, now, event.clone()).await?;
        for id in others {
            self.delete(id, event.clone()).await?;
        }
        Ok(made)
    }

    /// Signs claims with this algorithm; returns the key too.
    pub(super) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        token_type: TokenType,
        claims: &impl Serialize,
    ) -> Result<(KeyId, String), KeyError> {
        let now = self.clock.now();
        let key_set = self.key_set.load();
        let signer = key_set.signer(algorithm, now).ok_or(KeyPairError)?;
        Ok((signer.id, jws::sign(&signer, token_type, claims)?))
    }

    /// Is the key published?
    pub fn contains(&self, key: KeyId) -> bool {
        self.key_set.load().pairs.contains_key(&key)
    }

    /// Is the signature that of the key, with the key's own algorithm? None when the key is not published.
    pub(super) fn verify(&self, token: &UnverifiedToken<'_>) -> Option<bool> {
        let key_set = self.key_set.load();
        let key = key_set.keys.iter().find(|key| key.id == token.key)?;
        let pair = key_set.pairs.get(&key.id)?;
        (key.algorithm == token.algorithm).then(|| pair.verify(token.signed, &token.signature))
    }

    async fn apply(
        &self,
        step: RotationStep,
        event: AuditEvent,
    ) -> Result<Option<KeyView>, KeyError> {
        match step {
            RotationStep::Make(algorithm, signs_from) => {
                self.make(algorithm, signs_from, event).await.map(Some)
            }
            RotationStep::Delete(id) => {
                self.delete(id, event).await?;
                Ok(None)
            }
        }
    }

    async fn make(
        &self,
        algorithm: SigningAlgorithm,
        signs_from: Timestamp,
        event: AuditEvent,
    ) -> Result<KeyView, KeyError> {
        // An RSA key takes a good part of a second of one core.
        let made = tokio::task::spawn_blocking(move || KeyPair::generate(algorithm)).await;
        let pair = made.map_err(|_| KeyPairError)??;
        let id = KeyId::generate(&*self.clock, &*self.random);
        let key = SigningKey {
            id,
            algorithm,
            private: self.seal.close(&id.to_string(), &pair.pkcs8()?)?,
            made_at: self.clock.now(),
            signs_from,
        };
        let event = AuditEvent {
            object: Object::new(ObjectKind::SigningKey, id),
            ..event
        };
        let change = Change::from(Operation::PutSigningKey(key.clone()));
        self.store.commit(change, event).await?;
        let key_set = self.key_set.load();
        let (mut keys, mut pairs) = (key_set.keys.clone(), key_set.pairs.clone());
        keys.push(key.clone());
        pairs.insert(id, Arc::new(pair));
        let view = view(&keys, &key, self.clock.now());
        self.key_set.store(Arc::new(KeySet::new(keys, pairs)));
        Ok(view)
    }

    async fn delete(&self, id: KeyId, event: AuditEvent) -> Result<(), KeyError> {
        let event = AuditEvent {
            action: Action::SigningKeyDelete,
            object: Object::new(ObjectKind::SigningKey, id),
            ..event
        };
        let change = Change::from(Operation::DeleteSigningKey(id));
        self.store.commit(change, event).await?;
        let key_set = self.key_set.load();
        let (mut keys, mut pairs) = (key_set.keys.clone(), key_set.pairs.clone());
        keys.retain(|key| key.id != id);
        pairs.remove(&id);
        self.key_set.store(Arc::new(KeySet::new(keys, pairs)));
        Ok(())
    }
}

fn scheduled(now: Timestamp) -> AuditEvent {
    let object = Object::new(ObjectKind::SigningKey, "schedule");
    let actor = Principal::System(SystemJob::Housekeeping);
    AuditEvent::new(now, actor, Action::SigningKeyCreate, object)
}

fn view(keys: &[SigningKey], key: &SigningKey, now: Timestamp) -> KeyView {
    KeyView {
        id: key.id,
        algorithm: key.algorithm,
        state: schedule::state(keys, key, now),
        made_at: key.made_at,
        signs_from: key.signs_from,
    }
}
