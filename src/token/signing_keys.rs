//! The keys that sign: made ahead of time, published, sealed at rest, forgotten when nothing of theirs is valid.

use super::jws::{self, Parts, TokenType};
use super::key_pair::{KeyPair, KeyPairError};
use super::schedule::{self, KeyState, Step};
use super::seal::{Seal, SealError};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    Clock, KeyId, Principal, Random, SigningAlgorithm, SigningKey, SystemJob, Timestamp,
};
use crate::store::{Change, CommitError, Operation, Store};
use arc_swap::ArcSwap;
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Why keys could not be read, made or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The library made or read none.
    #[error(transparent)]
    Broken(#[from] KeyPairError),
    /// They were sealed with another key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// They could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// A key, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyView {
    /// `kid`.
    pub id: KeyId,
    /// What it signs by.
    pub algorithm: SigningAlgorithm,
    /// What it does now.
    pub state: KeyState,
    /// Published from.
    pub made_at: Timestamp,
    /// Signs from.
    pub signs_from: Timestamp,
}

/// The keys in memory, swapped whole.
struct Ring {
    keys: Vec<SigningKey>,
    pairs: HashMap<KeyId, Arc<KeyPair>>,
    document: Arc<str>,
}

impl Ring {
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

    fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<(KeyId, &KeyPair)> {
        let key = schedule::current(&self.keys, algorithm, now)?;
        Some((key.id, self.pairs.get(&key.id)?))
    }
}

/// Signs and verifies.
pub struct SigningKeys {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    seal: Seal,
    every: Duration,
    ring: ArcSwap<Ring>,
    one_at_a_time: Mutex<()>,
}

impl SigningKeys {
    /// With the keys that the store had; each signs for `every`.
    pub fn open(
        store: Store,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
        seal: Seal,
        every: Duration,
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
            every,
            ring: ArcSwap::from_pointee(Ring::new(loaded, pairs)),
            one_at_a_time: Mutex::new(()),
        })
    }

    /// The public halves (RFC 7517 section 5), for whoever verifies.
    pub fn document(&self) -> Arc<str> {
        Arc::clone(&self.ring.load().document)
    }

    /// Every key there is, the one that signs last first.
    pub fn list(&self) -> Vec<KeyView> {
        let now = self.clock.now();
        let ring = self.ring.load();
        let mut list: Vec<_> = ring
            .keys
            .iter()
            .map(|key| view(&ring.keys, key, now))
            .collect();
        list.sort_unstable_by_key(|key| std::cmp::Reverse((key.signs_from, key.id)));
        list
    }

    /// Makes what is due and forgets what is over. Every algorithm can sign afterwards, used or not: an application that
    /// changes to another one is then signed for by a key that everybody knows.
    pub async fn round(&self) -> Result<(), KeyError> {
        let _turn = self.one_at_a_time.lock().await;
        let now = self.clock.now();
        let due = schedule::due(&self.ring.load().keys, self.every, now);
        for step in due {
            self.take(step, scheduled(now)).await?;
        }
        Ok(())
    }

    /// Has another key of this algorithm sign as soon as everybody can know it. None when one is on its way already.
    pub async fn rotate(
        &self,
        algorithm: SigningAlgorithm,
        event: AuditEvent,
    ) -> Result<Option<KeyView>, KeyError> {
        let _turn = self.one_at_a_time.lock().await;
        let now = self.clock.now();
        let step = schedule::rotate(&self.ring.load().keys, algorithm, now);
        match step {
            Some(step) => self.take(step, event).await,
            None => Ok(None),
        }
    }

    /// Has another key of this algorithm sign at once and forgets the others: for a key that somebody may have copied.
    /// Every token that they signed is refused from now on.
    pub async fn replace(
        &self,
        algorithm: SigningAlgorithm,
        event: AuditEvent,
    ) -> Result<KeyView, KeyError> {
        let _turn = self.one_at_a_time.lock().await;
        let others: Vec<KeyId> = {
            let ring = self.ring.load();
            let own = ring.keys.iter().filter(|key| key.algorithm == algorithm);
            own.map(|key| key.id).collect()
        };
        let now = self.clock.now();
        let made = self.make(algorithm, now, event.clone()).await?;
        for id in others {
            self.drop_key(id, event.clone()).await?;
        }
        Ok(made)
    }

    /// Signs by this algorithm; says with which key.
    pub(super) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        kind: TokenType,
        claims: &impl Serialize,
    ) -> Result<(KeyId, String), KeyError> {
        let now = self.clock.now();
        let ring = self.ring.load();
        let (id, pair) = ring.signer(algorithm, now).ok_or(KeyPairError)?;
        Ok((id, jws::sign((id, algorithm, pair), kind, claims)?))
    }

    /// Is the key still published?
    pub fn knows(&self, key: KeyId) -> bool {
        self.ring.load().pairs.contains_key(&key)
    }

    /// Is it that key's signature, by the key's own algorithm? None when there is no such key.
    pub(super) fn verify(&self, parts: &Parts<'_>) -> Option<bool> {
        let ring = self.ring.load();
        let key = ring.keys.iter().find(|key| key.id == parts.key)?;
        let pair = ring.pairs.get(&key.id)?;
        (key.algorithm == parts.algorithm).then(|| pair.verify(parts.signed, &parts.signature))
    }

    async fn take(&self, step: Step, event: AuditEvent) -> Result<Option<KeyView>, KeyError> {
        match step {
            Step::Make(algorithm, signs_from) => {
                self.make(algorithm, signs_from, event).await.map(Some)
            }
            Step::Drop(id) => {
                self.drop_key(id, event).await?;
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
        let ring = self.ring.load();
        let (mut keys, mut pairs) = (ring.keys.clone(), ring.pairs.clone());
        keys.push(key.clone());
        pairs.insert(id, Arc::new(pair));
        let view = view(&keys, &key, self.clock.now());
        self.ring.store(Arc::new(Ring::new(keys, pairs)));
        Ok(view)
    }

    async fn drop_key(&self, id: KeyId, event: AuditEvent) -> Result<(), KeyError> {
        let event = AuditEvent {
            action: Action::SigningKeyDelete,
            object: Object::new(ObjectKind::SigningKey, id),
            ..event
        };
        let change = Change::from(Operation::DeleteSigningKey(id));
        self.store.commit(change, event).await?;
        let ring = self.ring.load();
        let (mut keys, mut pairs) = (ring.keys.clone(), ring.pairs.clone());
        keys.retain(|key| key.id != id);
        pairs.remove(&id);
        self.ring.store(Arc::new(Ring::new(keys, pairs)));
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
