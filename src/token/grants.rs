//! Grants and their refresh tokens (RFC 9700 section 4.14.2): each refresh token is used once, and a replay ends its grant.
//!
//! A refresh token is derived from the grant's id and generation under a key of the server, so that a repeated request gets
//! the same successor. Must never store a refresh token.

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

/// A repeated request within this time gets the same successor: a response may be lost, and two requests may be concurrent.
pub const ROTATION_GRACE: Duration = Duration::from_secs(10);

/// Grants of one person to one client at a time; the one used longest ago ends for another.
const MAX_PER_CLIENT: usize = 20;

/// Grants of one person at a time; the one used longest ago ends for another.
const MAX_PER_USER: usize = 200;

/// Why a refresh token is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Not issued here, another client's, or its grant has ended.
    #[error("the refresh token is not valid any more; sign in again")]
    Unknown,
    /// Used before: it may have been stolen, so its grant has ended.
    #[error(
        "the refresh token was used before, so everything that rests on it has ended; sign in again"
    )]
    Replayed,
    /// Everything of the person was revoked while the grant was written.
    #[error("the tokens of the person were revoked meanwhile; sign in again")]
    Revoked,
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// The grants of all people.
pub struct Grants {
    store: Store,
    clock: Arc<dyn Clock>,
    key: hmac::Key,
    table: RwLock<HashMap<GrantId, Grant>>,
    turn: Mutex<()>,
}

/// The parts of an authentic refresh token.
struct RefreshToken {
    grant: GrantId,
    generation: u32,
}

const PREFIX: &str = "smvr_";
const ID_BYTES: usize = 16;
const GENERATION_BYTES: usize = 4;

impl Grants {
    /// With the stored grants; refresh tokens are derived from `key`.
    pub fn new(store: Store, clock: Arc<dyn Clock>, key: hmac::Key, loaded: Vec<Grant>) -> Self {
        let table = loaded.into_iter().map(|grant| (grant.id, grant)).collect();
        Self {
            store,
            clock,
            key,
            table: RwLock::new(table),
            turn: Mutex::new(()),
        }
    }

    /// Is the grant valid?
    pub fn is_valid(&self, id: GrantId) -> bool {
        let now = self.clock.now();
        let table = self.read();
        table.get(&id).is_some_and(|grant| is_valid(grant, now))
    }

    /// Every valid grant, the newest first.
    pub fn list(&self) -> Vec<Grant> {
        let now = self.clock.now();
        let table = self.read();
        let valid = table.values().filter(|grant| is_valid(grant, now));
        let mut list: Vec<_> = valid.cloned().collect();
        list.sort_unstable_by_key(|grant| std::cmp::Reverse(grant.id));
        list
    }

    /// Adds a grant; returns its first refresh token. `Tokens` checks whether everything of the person was revoked meanwhile.
    pub(super) async fn add(
        &self,
        grant: Grant,
        event: AuditEvent,
    ) -> Result<SecretString, CommitError> {
        let _turn = self.turn.lock().await;
        let surplus = self.surplus(grant.user, grant.client);
        let operations = surplus.iter().map(|id| Operation::DeleteGrant(*id));
        let change: Change = operations
            .chain([Operation::PutGrant(grant.clone(), Precondition::Absent)])
            .collect();
        let event = AuditEvent {
            object: Object::new(ObjectKind::Grant, grant.id),
            ..event
        };
        self.store
            .commit(change, with_ended_grants(event, &surplus))
            .await?;
        let token = self.refresh_token(grant.id, grant.generation);
        let mut table = self.write();
        for id in surplus {
            table.remove(&id);
        }
        table.insert(grant.id, grant);
        Ok(token)
    }

    /// The grant of a refresh token of this client. This is not a use of the token.
    pub fn find(&self, token: &str, client: ClientId) -> Result<Grant, GrantError> {
        let token = self.parse(token).ok_or(GrantError::Unknown)?;
        let grant = self.read().get(&token.grant).cloned();
        let now = self.clock.now();
        let grant = grant.filter(|grant| grant.client == client && is_valid(grant, now));
        grant.ok_or(GrantError::Unknown)
    }

    /// Uses a refresh token; returns its successor with the grant. `event` records the use, or the replay.
    pub async fn rotate(
        &self,
        token: &str,
        client: ClientId,
        event: AuditEvent,
    ) -> Result<(Grant, SecretString), GrantError> {
        let _turn = self.turn.lock().await;
        let grant = self.find(token, client)?;
        let token = self.parse(token).ok_or(GrantError::Unknown)?;
        let now = self.clock.now();
        let repeated = token.generation.checked_add(1) == Some(grant.generation)
            && now.within(ROTATION_GRACE, grant.rotated_at);
        if repeated {
            let successor = self.refresh_token(grant.id, grant.generation);
            return Ok((grant, successor));
        }
        if token.generation != grant.generation {
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
        // A grant that ended meanwhile is not written again.
        let change = Change::from(Operation::PutGrant(next.clone(), Precondition::Present));
        match self.store.commit(change, event).await {
            Err(CommitError::NotFound { .. }) => return Err(GrantError::Unknown),
            committed => committed?,
        };
        let mut table = self.write();
        let current = table.get_mut(&next.id).ok_or(GrantError::Unknown)?;
        *current = next.clone();
        drop(table);
        let successor = self.refresh_token(next.id, next.generation);
        Ok((next, successor))
    }

    /// Does the grant exist, valid or not?
    pub fn exists(&self, id: GrantId) -> bool {
        self.read().contains_key(&id)
    }

    /// Ends a person's grants in memory, and with them every token that rests on them; returns their ids, to be written.
    pub(super) fn end_in_memory(&self, user: UserId) -> Vec<GrantId> {
        let mut table = self.write();
        let ended = table.extract_if(|_, grant| grant.user == user);
        ended.map(|(id, _)| id).collect()
    }

    /// Ends grants, and with them every token that rests on them. In force at once, even if the disk fails.
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

    /// Ends the expired grants, each with an event.
    pub async fn expire(&self) -> Result<(), CommitError> {
        let now = self.clock.now();
        let expired: Vec<_> = {
            let table = self.read();
            let expired = table.values().filter(|grant| now >= grant.ends_at);
            expired.map(|grant| grant.id).collect()
        };
        for id in expired {
            self.end(&[id], expiry(id, now)).await?;
        }
        Ok(())
    }

    /// The grants that must end for another one of this person to this client.
    fn surplus(&self, user: UserId, client: ClientId) -> BTreeSet<GrantId> {
        let table = self.read();
        let own = table.values().filter(|grant| grant.user == user);
        let mut own: Vec<_> = own.map(|g| (g.rotated_at, g.id, g.client)).collect();
        drop(table);
        own.sort_unstable();
        let same_client: Vec<_> = own.iter().filter(|(.., other)| *other == client).collect();
        let (count, total) = (same_client.len() + 1, own.len() + 1);
        let of_client = same_client.into_iter();
        let of_client = of_client.take(count.saturating_sub(MAX_PER_CLIENT));
        let oldest = own.iter().take(total.saturating_sub(MAX_PER_USER));
        of_client.chain(oldest).map(|(_, id, _)| *id).collect()
    }

    fn refresh_token(&self, id: GrantId, generation: u32) -> SecretString {
        let mut bytes = id.as_bytes().to_vec();
        bytes.extend(generation.to_be_bytes());
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend(tag.as_ref());
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)).into()
    }

    fn parse(&self, token: &str) -> Option<RefreshToken> {
        let text = token.strip_prefix(PREFIX)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (message, tag) = bytes.split_at_checked(ID_BYTES + GENERATION_BYTES)?;
        hmac::verify(&self.key, message, tag).ok()?;
        let (id, generation) = message.split_at_checked(ID_BYTES)?;
        Some(RefreshToken {
            grant: GrantId::from_bytes(id.try_into().ok()?),
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

fn is_valid(grant: &Grant, now: Timestamp) -> bool {
    now.between(grant.created_at, grant.ends_at)
}

/// An event that ends these grants too, with their ids.
pub(super) fn with_ended_grants<'a>(
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
    AuditEvent::new(now, actor, Action::GrantEnd, object).because(["it has expired"])
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
