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

/// The last use of a secret is written when it is this much later than what is on disk.
const USED_EVERY: Duration = Duration::from_secs(5 * 60);

/// Something that proves itself with a secret of ours.
pub trait Machine: Clone + Send + Sync + 'static {
    /// Its key.
    type Id: Copy + Eq + Ord + std::hash::Hash + Send + Sync + std::fmt::Display;
    /// Whose its secrets are.
    const KIND: MachineSecretKind;
    /// The word for it in messages.
    const WHAT: &'static str;

    /// Its key.
    fn id(&self) -> Self::Id;
    /// Its name, unique among its kind.
    fn name(&self) -> &Name;
    /// Grows by one with every change.
    fn version(&self) -> u64;
    /// Its secrets.
    fn secrets(&self) -> &[StoredSecret];
    /// The same, to be marked as used.
    fn secrets_mut(&mut self) -> &mut Vec<StoredSecret>;
    /// The step that keeps it.
    fn put(self, expect: Precondition) -> Operation;
    /// The step that deletes it.
    fn delete(id: Self::Id, expect: Precondition) -> Operation;
    /// The mark of a secret's last use.
    fn used(id: Self::Id, secret: SecretId, at: Timestamp) -> UnauditedWrite;
}

impl Machine for ServiceAccount {
    type Id = ServiceAccountId;
    const KIND: MachineSecretKind = MachineSecretKind::ServiceAccount;
    const WHAT: &'static str = "service account";

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
    const WHAT: &'static str = "client";

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

/// All machines of one kind.
pub struct Registry<M: Machine> {
    store: Store,
    clock: Arc<dyn Clock>,
    pepper: hmac::Key,
    table: RwLock<Table<M>>,
    used: Mutex<HashMap<SecretId, (M::Id, Timestamp)>>,
}

struct Table<M: Machine> {
    by_id: BTreeMap<M::Id, Arc<M>>,
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
    /// With those that the store had; secrets are hashed under `pepper`.
    pub fn new((store, clock, pepper): (Store, Arc<dyn Clock>, hmac::Key), loaded: Vec<M>) -> Self {
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

    /// The one with this id.
    pub fn get(&self, id: M::Id) -> Option<Arc<M>> {
        self.read()
            .by_id
            .get(&id)
            .map(|machine| self.present(machine))
    }

    /// All of them, the one made first first.
    pub fn list(&self) -> Vec<Arc<M>> {
        let table = self.read();
        table
            .by_id
            .values()
            .map(|machine| self.present(machine))
            .collect()
    }

    /// The one whose secret this is, while the secret lives. Its use is remembered.
    pub fn by_secret(&self, secret: &MachineSecret) -> Option<Arc<M>> {
        if secret.kind() != M::KIND {
            return None;
        }
        let now = self.clock.now();
        let table = self.read();
        let (id, secret) = table.by_key.get(&secret.key(&self.pepper))?;
        let machine = table.by_id.get(id)?;
        let lives = |one: &&StoredSecret| one.id == *secret && one.live(now);
        machine.secrets().iter().find(lives)?;
        self.lock().insert(*secret, (*id, now));
        Some(Arc::clone(machine))
    }

    /// What is kept of a secret.
    pub fn record(&self, id: SecretId, secret: &MachineSecret, life: Duration) -> StoredSecret {
        let now = self.clock.now();
        StoredSecret {
            id,
            key: secret.key(&self.pepper),
            hint: secret.hint(),
            created_at: now,
            expires_at: now.plus(life),
            last_used_at: None,
        }
    }

    /// Keeps it, new or changed; durable, with its event, before it is in force.
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

    /// Deletes it.
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

    /// Writes last uses that are well ahead of the disk. They leave no event.
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

    /// With last uses as they are now.
    fn present(&self, machine: &Arc<M>) -> Arc<M> {
        let used = self.lock();
        let fresh = machine.secrets().iter().any(|s| used.contains_key(&s.id));
        if !fresh {
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

/// Takes a last use over into the table; is it late enough to be written?
fn due<M: Machine>(table: &mut Table<M>, id: M::Id, secret: SecretId, at: Timestamp) -> bool {
    let Some(machine) = table.by_id.get_mut(&id) else {
        return false;
    };
    let machine = Arc::make_mut(machine);
    let Some(record) = machine
        .secrets_mut()
        .iter_mut()
        .find(|one| one.id == secret)
    else {
        return false;
    };
    let late = record
        .last_used_at
        .is_none_or(|before| at.since(before) >= USED_EVERY);
    if late {
        record.last_used_at = Some(at);
    }
    late
}
