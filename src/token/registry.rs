//! Service accounts and clients: found by id or by the hash of a secret, changed with an event, durable in the store.

use crate::audit::AuditEvent;
use crate::model::{
    Client, ClientId, Clock, MachineKey, MachineSecret, MachineSecretKind, Name, SecretId,
    ServiceAccount, ServiceAccountId, StoredSecret, Timestamp,
};
use crate::store::{Change, CommitError, Operation, Precondition, Store, UnauditedWrite};
use aws_lc_rs::hmac;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// The last use of a secret is written when it is this much later than the one on disk.
const USED_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// A service account or client: authenticates with a secret that Samovar issued.
pub trait Machine: Clone + Send + Sync + 'static {
    /// Its id.
    type Id: Copy + Eq + Ord + std::hash::Hash + Send + Sync + std::fmt::Display;
    /// The kind of its secrets.
    const KIND: MachineSecretKind;
    /// In messages.
    const LABEL: &'static str;

    /// Its id.
    fn id(&self) -> Self::Id;
    /// Unique among its kind.
    fn name(&self) -> &Name;
    /// Grows by one with every change.
    fn version(&self) -> u64;
    /// Its secrets, valid or not.
    fn secrets(&self) -> &[StoredSecret];
    /// The same, to change them.
    fn secrets_mut(&mut self) -> &mut Vec<StoredSecret>;
    /// The operation that writes it.
    fn put(self, expect: Precondition) -> Operation;
    /// The operation that deletes it.
    fn delete(id: Self::Id, expect: Precondition) -> Operation;
    /// Records the last use of a secret.
    fn used(id: Self::Id, secret: SecretId, at: Timestamp) -> UnauditedWrite;
}

impl Machine for ServiceAccount {
    type Id = ServiceAccountId;
    const KIND: MachineSecretKind = MachineSecretKind::ServiceAccount;
    const LABEL: &'static str = "service account";

    fn id(&self) -> Self::Id {
        self.id
    }
    fn name(&self) -> &Name {
        &self.name
    }
    fn version(&self) -> u64 {
        self.version
    }
    fn secrets(&self) -> &[StoredSecret] {
        &self.secrets
    }
    fn secrets_mut(&mut self) -> &mut Vec<StoredSecret> {
        &mut self.secrets
    }
    fn put(self, expect: Precondition) -> Operation {
        Operation::PutServiceAccount(self, expect)
    }
    fn delete(id: Self::Id, expect: Precondition) -> Operation {
        Operation::DeleteServiceAccount(id, expect)
    }
    fn used(id: Self::Id, secret: SecretId, at: Timestamp) -> UnauditedWrite {
        UnauditedWrite::ServiceAccountSecretUsed(id, secret, at)
    }
}

impl Machine for Client {
    type Id = ClientId;
    const KIND: MachineSecretKind = MachineSecretKind::Client;
    const LABEL: &'static str = "client";

    fn id(&self) -> Self::Id {
        self.id
    }
    fn name(&self) -> &Name {
        &self.name
    }
    fn version(&self) -> u64 {
        self.version
    }
    fn secrets(&self) -> &[StoredSecret] {
        &self.secrets
    }
    fn secrets_mut(&mut self) -> &mut Vec<StoredSecret> {
        &mut self.secrets
    }
    fn put(self, expect: Precondition) -> Operation {
        Operation::PutClient(self, expect)
    }
    fn delete(id: Self::Id, expect: Precondition) -> Operation {
        Operation::DeleteClient(id, expect)
    }
    fn used(id: Self::Id, secret: SecretId, at: Timestamp) -> UnauditedWrite {
        UnauditedWrite::ClientSecretUsed(id, secret, at)
    }
}

/// All service accounts, or all clients.
pub struct Registry<M: Machine> {
    store: Store,
    clock: Arc<dyn Clock>,
    pepper: hmac::Key,
    table: RwLock<Table<M>>,
    used: Mutex<HashMap<SecretId, (M::Id, Timestamp)>>,
}

struct Table<M: Machine> {
    by_id: BTreeMap<M::Id, Arc<M>>,
    // INVARIANT: exactly the secrets in `by_id`.
    by_key: HashMap<MachineKey, (M::Id, SecretId)>,
}

impl<M: Machine> Table<M> {
    fn insert(&mut self, machine: M) {
        self.remove(machine.id());
        for secret in machine.secrets() {
            self.by_key.insert(secret.key, (machine.id(), secret.id));
        }
        self.by_id.insert(machine.id(), Arc::new(machine));
    }

    fn remove(&mut self, id: M::Id) {
        if let Some(before) = self.by_id.remove(&id) {
            for secret in before.secrets() {
                self.by_key.remove(&secret.key);
            }
        }
    }
}

impl<M: Machine> Registry<M> {
    /// With the stored objects; secrets are hashed under `pepper`.
    pub fn new(store: Store, clock: Arc<dyn Clock>, pepper: hmac::Key, loaded: Vec<M>) -> Self {
        let mut table = Table {
            by_id: BTreeMap::new(),
            by_key: HashMap::new(),
        };
        for machine in loaded {
            table.insert(machine);
        }
        Self {
            store,
            clock,
            pepper,
            table: RwLock::new(table),
            used: Mutex::default(),
        }
    }

    /// The service account or client with this id.
    pub fn get(&self, id: M::Id) -> Option<Arc<M>> {
        let table = self.read();
        table.by_id.get(&id).map(|machine| self.with_uses(machine))
    }

    /// All, the oldest first.
    pub fn list(&self) -> Vec<Arc<M>> {
        let table = self.read();
        let machines = table.by_id.values();
        machines.map(|machine| self.with_uses(machine)).collect()
    }

    /// The service account or client with this valid secret. This is a use of the secret.
    pub fn by_secret(&self, secret: &MachineSecret) -> Option<Arc<M>> {
        if secret.kind() != M::KIND {
            return None;
        }
        let now = self.clock.now();
        let table = self.read();
        let (id, secret) = table.by_key.get(&secret.key(&self.pepper))?;
        let machine = table.by_id.get(id)?;
        let valid = |record: &&StoredSecret| record.id == *secret && record.live(now);
        machine.secrets().iter().find(valid)?;
        self.lock().insert(*secret, (*id, now));
        Some(Arc::clone(machine))
    }

    /// What is stored of a new secret.
    pub fn record(&self, id: SecretId, secret: &MachineSecret, lifetime: Duration) -> StoredSecret {
        let now = self.clock.now();
        StoredSecret {
            id,
            key: secret.key(&self.pepper),
            hint: secret.hint(),
            created_at: now,
            expires_at: now.plus(lifetime),
            last_used_at: None,
        }
    }

    /// Writes a new or changed object. It is durable, with its event, before it is in force.
    pub async fn put(
        &self,
        machine: M,
        expect: Precondition,
        event: AuditEvent,
    ) -> Result<(), CommitError> {
        let change = Change::from(machine.clone().put(expect));
        self.store.commit(change, event).await?;
        self.write().insert(machine);
        Ok(())
    }

    /// Deletes an object.
    pub async fn delete(
        &self,
        id: M::Id,
        expect: Precondition,
        event: AuditEvent,
    ) -> Result<(), CommitError> {
        let change = Change::from(M::delete(id, expect));
        self.store.commit(change, event).await?;
        self.write().remove(id);
        Ok(())
    }

    /// Writes the last uses that are due, without events.
    pub async fn write_used(&self) -> Result<(), CommitError> {
        let used = std::mem::take(&mut *self.lock());
        let marks: Vec<_> = {
            let mut table = self.write();
            let used = used.into_iter();
            let due = used.filter(|(secret, (id, at))| due(&mut table, *id, *secret, *at));
            due.map(|(secret, (id, at))| M::used(id, secret, at))
                .collect()
        };
        self.store.write_unaudited(marks).await
    }

    /// The machine with the last uses of its secrets.
    fn with_uses(&self, machine: &Arc<M>) -> Arc<M> {
        let used = self.lock();
        let mut secrets = machine.secrets().iter();
        if !secrets.any(|secret| used.contains_key(&secret.id)) {
            return Arc::clone(machine);
        }
        let mut machine = (**machine).clone();
        for secret in machine.secrets_mut() {
            if let Some((_, at)) = used.get(&secret.id) {
                secret.last_used_at = secret.last_used_at.max(Some(*at));
            }
        }
        Arc::new(machine)
    }

    fn read(&self) -> RwLockReadGuard<'_, Table<M>> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table<M>> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SecretId, (M::Id, Timestamp)>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Updates a last use in the table; true when it is to be written.
fn due<M: Machine>(table: &mut Table<M>, id: M::Id, secret: SecretId, at: Timestamp) -> bool {
    let Some(machine) = table.by_id.get_mut(&id) else {
        return false;
    };
    let machine = Arc::make_mut(machine);
    let mut records = machine.secrets_mut().iter_mut();
    let Some(record) = records.find(|record| record.id == secret) else {
        return false;
    };
    let due = record
        .last_used_at
        .is_none_or(|before| at.since(before) >= USED_INTERVAL);
    if due {
        record.last_used_at = Some(at);
    }
    due
}
