//! Grants and their refresh tokens: one at a time of each family, the one before for a moment, and a replay ends it all.
//!
//! A refresh token is derived from the grant's id and generation under a key of the server's own, so that the same
//! request repeated gets the same successor, and the store holds nothing that could be presented.

use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    ClientId, Clock, DisplayText, Grant, GrantId, Principal, SystemJob, Timestamp, UserId,
};
use crate::store::{Change, CommitError, Operation, Precondition, Store};
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use tokio::sync::Mutex;

/// Whoever asks again within it gets the same successor: an answer may be lost, and two may ask at once.
pub const GRACE: Duration = Duration::from_secs(10);

/// Grants of one person to one client at a time; the one used longest ago ends for another.
const TO_ONE: usize = 20;

/// Grants of one person at a time; the one used longest ago ends for another.
const OF_ONE: usize = 200;

/// Why a refresh token opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Not one of ours, of another client, or its grant has ended.
    #[error("the refresh token is not valid any more; sign in again")]
    Unknown,
    /// Used before: somebody else may have it, so the whole family has ended.
    #[error(
        "the refresh token was used before, so everything that rests on it has ended; sign in again"
    )]
    Replayed,
    /// Everything that its person had was revoked while it was being kept.
    #[error("what the person allowed was revoked meanwhile; sign in again")]
    Revoked,
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// Keeps grants.
pub struct Grants {
    store: Store,
    clock: Arc<dyn Clock>,
    key: hmac::Key,
    table: RwLock<HashMap<GrantId, Grant>>,
    one_at_a_time: Mutex<()>,
}

/// A refresh token taken apart, its seal checked.
struct Presented {
    id: GrantId,
    generation: u32,
}

const PREFIX: &str = "smvr_";
/// Bytes of a grant's id and of a generation.
const ID: usize = 16;
const GENERATION: usize = 4;

impl Grants {
    /// With those that the store had; refresh tokens are derived from `key`.
    pub fn new(store: Store, clock: Arc<dyn Clock>, key: hmac::Key, loaded: Vec<Grant>) -> Self {
        let table = loaded.into_iter().map(|grant| (grant.id, grant)).collect();
        Self {
            store,
            clock,
            key,
            table: RwLock::new(table),
            one_at_a_time: Mutex::new(()),
        }
    }

    /// Does it still hold?
    pub fn lives(&self, id: GrantId) -> bool {
        let now = self.clock.now();
        self.read().get(&id).is_some_and(|grant| holds(grant, now))
    }

    /// Every grant that holds, the newest first.
    pub fn list(&self) -> Vec<Grant> {
        let now = self.clock.now();
        let table = self.read();
        let living = table.values().filter(|grant| holds(grant, now));
        let mut list: Vec<_> = living.cloned().collect();
        list.sort_unstable_by_key(|grant| std::cmp::Reverse(grant.id));
        list
    }

    /// Keeps a new grant; gives its first refresh token. Only `Tokens` knows whether it was revoked meanwhile.
    pub(super) async fn add(
        &self,
        grant: Grant,
        event: AuditEvent,
    ) -> Result<SecretString, CommitError> {
        let _turn = self.one_at_a_time.lock().await;
        let surplus = self.surplus(grant.user, grant.client);
        let operations = surplus.iter().map(|id| Operation::DeleteGrant(*id));
        let change: Change = operations
            .chain([Operation::PutGrant(grant.clone(), Precondition::Absent)])
            .collect();
        let event = AuditEvent {
            object: Object::new(ObjectKind::Grant, grant.id),
            ..event
        };
        self.store.commit(change, ending(event, &surplus)).await?;
        let text = self.text(grant.id, grant.generation);
        let mut table = self.write();
        for id in surplus {
            table.remove(&id);
        }
        table.insert(grant.id, grant);
        Ok(text)
    }

    /// Which grant a refresh token of this client belongs to; changes nothing.
    pub fn find(&self, token: &str, client: ClientId) -> Result<Grant, GrantError> {
        let presented = self.open(token).ok_or(GrantError::Unknown)?;
        let grant = self.read().get(&presented.id).cloned();
        let now = self.clock.now();
        let grant = grant.filter(|g| g.client == client && holds(g, now));
        grant.ok_or(GrantError::Unknown)
    }

    /// Takes a refresh token and gives its successor with the grant. `event` records the use; a replay is recorded in the
    /// same name.
    pub async fn rotate(
        &self,
        token: &str,
        client: ClientId,
        event: AuditEvent,
    ) -> Result<(Grant, SecretString), GrantError> {
        let _turn = self.one_at_a_time.lock().await;
        let grant = self.find(token, client)?;
        let presented = self.open(token).ok_or(GrantError::Unknown)?;
        let now = self.clock.now();
        let again = presented.generation.checked_add(1) == Some(grant.generation)
            && now.within(GRACE, grant.rotated_at);
        if again {
            let text = self.text(grant.id, grant.generation);
            return Ok((grant, text));
        }
        if presented.generation != grant.generation {
            let event = AuditEvent {
                action: Action::GrantReplay,
                ..event
            };
            self.end(&[grant.id], event).await?;
            return Err(GrantError::Replayed);
        }
        self.advance(grant, now, event).await
    }

    async fn advance(
        &self,
        grant: Grant,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<(Grant, SecretString), GrantError> {
        let generation = grant.generation.checked_add(1).ok_or(GrantError::Unknown)?;
        let next = Grant {
            generation,
            rotated_at: now,
            ..grant
        };
        let event = AuditEvent {
            object: Object::new(ObjectKind::Grant, next.id),
            ..event
        };
        // One that was ended meanwhile does not come back.
        let change = Change::from(Operation::PutGrant(next.clone(), Precondition::Present));
        match self.store.commit(change, event).await {
            Err(CommitError::NotFound { .. }) => return Err(GrantError::Unknown),
            written => written?,
        };
        let mut table = self.write();
        let kept = table.get_mut(&next.id).ok_or(GrantError::Unknown)?;
        *kept = next.clone();
        drop(table);
        let text = self.text(next.id, next.generation);
        Ok((next, text))
    }

    /// Is there such a grant still?
    pub fn is_live(&self, id: GrantId) -> bool {
        self.read().contains_key(&id)
    }

    /// Ends those grants in memory, and with them every token that rests on them; which they were, to be written.
    pub(super) fn end_now(&self, ends: impl Fn(&Grant) -> bool) -> Vec<GrantId> {
        let mut table = self.write();
        let gone = table.extract_if(|_, grant| ends(grant));
        gone.map(|(id, _)| id).collect()
    }

    /// Ends grants, and with them every token that rests on them. In force at once, whatever the disk does.
    pub async fn end(&self, ids: &[GrantId], event: AuditEvent) -> Result<(), CommitError> {
        {
            let mut table = self.write();
            for id in ids {
                table.remove(id);
            }
        }
        let object = ids.first().map(|id| Object::new(ObjectKind::Grant, id));
        let change = ids.iter().map(|id| Operation::DeleteGrant(*id)).collect();
        let event = AuditEvent {
            object: object.unwrap_or(event.object),
            ..event
        };
        self.store.commit(change, event).await.map(|_| ())
    }

    /// Ends the grants whose time is over, each with an event of ours.
    pub async fn expire(&self) -> Result<(), CommitError> {
        let now = self.clock.now();
        let over: Vec<_> = {
            let table = self.read();
            let over = table.values().filter(|grant| now >= grant.ends_at);
            over.map(|grant| grant.id).collect()
        };
        for id in over {
            self.end(&[id], expiry(id, now)).await?;
        }
        Ok(())
    }

    /// What must end for another grant of this person to this client.
    fn surplus(&self, user: UserId, client: ClientId) -> BTreeSet<GrantId> {
        let table = self.read();
        let own = table.values().filter(|grant| grant.user == user);
        let mut own: Vec<_> = own.map(|g| (g.rotated_at, g.id, g.client)).collect();
        drop(table);
        own.sort_unstable();
        let to_it: Vec<_> = own.iter().filter(|(.., to)| *to == client).collect();
        let (many, all) = (to_it.len() + 1, own.len() + 1);
        let to_it = to_it.into_iter().take(many.saturating_sub(TO_ONE));
        let oldest = own.iter().take(all.saturating_sub(OF_ONE));
        to_it.chain(oldest).map(|(_, id, _)| *id).collect()
    }

    fn text(&self, id: GrantId, generation: u32) -> SecretString {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend(generation.to_be_bytes());
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend(tag.as_ref());
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)).into()
    }

    fn open(&self, token: &str) -> Option<Presented> {
        let text = token.strip_prefix(PREFIX)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (message, tag) = bytes.split_at_checked(ID + GENERATION)?;
        hmac::verify(&self.key, message, tag).ok()?;
        let (id, generation) = message.split_at_checked(ID)?;
        Some(Presented {
            id: GrantId::from_bytes(id.try_into().ok()?),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<GrantId, Grant>> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<GrantId, Grant>> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn holds(grant: &Grant, now: Timestamp) -> bool {
    now.between(grant.created_at, grant.ends_at)
}

/// The event of something that ends these grants too, with their ids.
pub(super) fn ending<'a>(
    mut event: AuditEvent,
    ids: impl IntoIterator<Item = &'a GrantId>,
) -> AuditEvent {
    let ended = ids.into_iter().map(|id| format!("ends grant `{id}`"));
    event
        .reasons
        .extend(ended.map(|reason| DisplayText::lossy(&reason)));
    event
}

fn expiry(id: GrantId, now: Timestamp) -> AuditEvent {
    let actor = Principal::System(SystemJob::Housekeeping);
    let object = Object::new(ObjectKind::Grant, id);
    AuditEvent::new(now, actor, Action::GrantEnd, object).because(["its time is over"])
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
