//! The service that starts, finds and ends sessions. They are found in memory and durable in the store.
//!
//! Must never return the secret of a session that is not on disk.

use super::table::{Entry, Table};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    Capabilities, Clock, DisplayText, Principal, ProviderId, ProviderSession, Random, Session,
    SessionId, SessionPlace, SessionSecret, SystemJob, Timestamp,
};
use crate::store::{Change, CommitError, Operation, Store, UnauditedWrite};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// Parent sessions of one principal at a time; the one used longest ago ends for another.
const MAX_SESSIONS: usize = 50;

/// The last use is written when it is this much later than the one on disk.
const SEEN_INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Longest session of the local operator after break-glass: long enough to repair a provider or a policy, short because it
/// bypasses both.
const BREAK_GLASS_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Without use.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

/// A session that is to be started.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The principal that signed in.
    pub principal: Principal,
    /// Where it is valid.
    pub place: SessionPlace,
    /// The provider that authenticated the person.
    pub provider: Option<ProviderId>,
    /// The sign-in at the provider.
    pub provider_session: Option<ProviderSession>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: DisplayText,
}

/// Why a secret gives no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionLookupError {
    /// No session has the secret.
    #[error("the session was not found; sign in again")]
    Unknown,
    /// Its time, or its parent's, is over.
    #[error("the session has ended; sign in again")]
    Ended,
}

/// Why a session was not started or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The parent session has ended.
    #[error("the session at Samovar has ended; sign in again")]
    ParentEnded,
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// Starts, finds and ends sessions.
pub struct Sessions {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    settings: Settings,
    table: RwLock<Table>,
}

impl Sessions {
    /// With the sessions that the store had.
    pub fn new(
        store: Store,
        Capabilities { clock, random }: Capabilities,
        settings: Settings,
        mut loaded: Vec<Session>,
    ) -> Self {
        for session in &mut loaded {
            let lifetime = max_lifetime(session.principal, settings);
            session.ends_at = session.ends_at.min(session.created_at.plus(lifetime));
        }
        Self {
            store,
            clock,
            random,
            settings,
            table: RwLock::new(Table::load(loaded)),
        }
    }

    /// Starts a session. It is durable, with its event, before the secret is returned. The event's object becomes the session.
    pub async fn start(
        &self,
        new: NewSession,
        event: AuditEvent,
    ) -> Result<(Arc<Session>, SessionSecret), SessionError> {
        let secret = SessionSecret::generate(&*self.random);
        let session = self.session(new, &secret)?;
        let surplus = self.make_room(&session);
        let event = AuditEvent {
            object: Object::new(ObjectKind::Session, session.id),
            ..event
        };
        let deletions = surplus.into_iter().map(Operation::DeleteSession);
        let change: Change = deletions
            .chain([Operation::PutSession(session.clone())])
            .collect();
        self.store.commit(change, event).await?;
        if self.insert(&session) {
            return Ok((Arc::new(session), secret));
        }
        let deletion = Change::from(Operation::DeleteSession(session.id));
        let event = expiry(session.id, self.clock.now());
        self.store.commit(deletion, event).await?;
        Err(SessionError::ParentEnded)
    }

    /// False when the parent has ended while the child was written.
    fn insert(&self, session: &Session) -> bool {
        let mut table = self.write();
        let orphan = match &session.place {
            SessionPlace::Samovar => false,
            SessionPlace::Application { parent, .. } => table.by_id(*parent).is_none(),
        };
        if !orphan {
            table.insert(session.clone());
        }
        !orphan
    }

    /// The valid session with this secret. The use of a child counts for its parent too.
    pub fn find(&self, secret: &SessionSecret) -> Result<Arc<Session>, SessionLookupError> {
        let now = self.clock.now();
        let table = self.read();
        let entry = table
            .by_key(&secret.key())
            .ok_or(SessionLookupError::Unknown)?;
        let parent = match entry.parent() {
            Some(id) => Some(table.by_id(id).ok_or(SessionLookupError::Ended)?),
            None => None,
        };
        if !self.is_valid(entry, now) || parent.is_some_and(|parent| !self.is_valid(parent, now)) {
            return Err(SessionLookupError::Ended);
        }
        entry.mark_seen(now);
        if let Some(parent) = parent {
            parent.mark_seen(now);
        }
        Ok(Arc::clone(&entry.session))
    }

    /// The valid session with this id. This is not a use.
    pub fn get(&self, id: SessionId) -> Option<Arc<Session>> {
        let now = self.clock.now();
        let table = self.read();
        let entry = table.by_id(id).filter(|entry| self.is_valid(entry, now))?;
        Some(Arc::new(entry.snapshot()))
    }

    /// Does the principal have a valid session at Samovar?
    pub fn has_session(&self, principal: Principal) -> bool {
        let now = self.clock.now();
        let table = self.read();
        let mut parents = table.of(principal);
        parents.any(|entry| self.is_valid(entry, now))
    }

    /// Every valid session, the newest first.
    pub fn list(&self) -> Vec<Arc<Session>> {
        let now = self.clock.now();
        let table = self.read();
        let valid = table.entries().filter(|entry| self.is_valid(entry, now));
        let mut list: Vec<_> = valid.map(|entry| Arc::new(entry.snapshot())).collect();
        list.sort_unstable_by_key(|session| std::cmp::Reverse(session.id));
        list
    }

    /// Ends a session and its children. In force at once, even if the disk fails.
    pub async fn end(&self, id: SessionId, event: AuditEvent) -> Result<(), SessionError> {
        self.end_with(id, Change::none(), event).await
    }

    /// The same, committed together with another change.
    pub async fn end_with(
        &self,
        id: SessionId,
        change: Change,
        event: AuditEvent,
    ) -> Result<(), SessionError> {
        let removed = self.write().remove(id).into_iter();
        let change = removed
            .map(Operation::DeleteSession)
            .fold(change, Change::with);
        self.store.commit(change, event).await?;
        Ok(())
    }

    /// Ends every session of a principal.
    pub async fn end_all_of(
        &self,
        principal: Principal,
        event: AuditEvent,
    ) -> Result<(), SessionError> {
        self.end_all_with(principal, Change::none(), event).await
    }

    /// The same, committed together with another change.
    pub async fn end_all_with(
        &self,
        principal: Principal,
        change: Change,
        event: AuditEvent,
    ) -> Result<(), SessionError> {
        let removed: Vec<_> = {
            let mut table = self.write();
            let parents = table.parents_of(principal).into_iter();
            parents.flat_map(|id| table.remove(id)).collect()
        };
        let deletions = removed.into_iter().map(Operation::DeleteSession);
        let change = deletions.fold(change, Change::with);
        self.store.commit(change, event).await?;
        Ok(())
    }

    /// Ends the expired sessions, each with an event.
    pub async fn expire(&self) -> Result<(), SessionError> {
        let now = self.clock.now();
        let expired: Vec<_> = {
            let table = self.read();
            let expired = table.entries().filter(|entry| self.has_expired(entry, now));
            expired.map(|entry| entry.session.id).collect()
        };
        for id in expired {
            self.end(id, expiry(id, now)).await?;
        }
        Ok(())
    }

    /// Writes the last uses that are due, without events.
    pub async fn write_seen(&self) -> Result<(), SessionError> {
        let later = i64::try_from(SEEN_INTERVAL.as_millis()).unwrap_or(i64::MAX);
        let marks: Vec<_> = {
            let table = self.read();
            let marks = table.entries().filter_map(|entry| {
                let at = entry.take_unwritten(later)?;
                Some(UnauditedWrite::SessionUsed(entry.session.id, at))
            });
            marks.collect()
        };
        if !marks.is_empty() {
            self.store.write_unaudited(marks).await?;
        }
        Ok(())
    }

    /// A child ends with its parent.
    fn session(&self, new: NewSession, secret: &SessionSecret) -> Result<Session, SessionError> {
        let now = self.clock.now();
        let ends_at = match &new.place {
            SessionPlace::Samovar => now.plus(max_lifetime(new.principal, self.settings)),
            SessionPlace::Application { parent, .. } => {
                let parent = self.get(*parent).ok_or(SessionError::ParentEnded)?;
                parent.ends_at
            }
        };
        Ok(Session {
            id: SessionId::generate(&*self.clock, &*self.random),
            key: secret.key(),
            principal: new.principal,
            place: new.place,
            provider: new.provider,
            provider_session: new.provider_session,
            created_at: now,
            last_seen_at: now,
            ends_at,
            address: new.address,
            user_agent: new.user_agent,
        })
    }

    /// Removes what must end for the session: there is one child for each parent and host, and a bounded number of parents for
    /// each principal.
    fn make_room(&self, session: &Session) -> Vec<SessionId> {
        let mut table = self.write();
        if let Some(before) = table.child_at(&session.place) {
            return table.remove(before);
        }
        if session.place != SessionPlace::Samovar {
            return Vec::new();
        }
        let parents = table.parents_of(session.principal);
        let surplus = (parents.len() + 1).saturating_sub(MAX_SESSIONS);
        let oldest = parents.into_iter().take(surplus);
        oldest.flat_map(|id| table.remove(id)).collect()
    }

    /// Not expired, and neither started nor used in the future: the clock may have been set back since.
    fn is_valid(&self, entry: &Entry, now: Timestamp) -> bool {
        let session = &entry.session;
        now.between(session.created_at, session.ends_at)
            && now.within(self.settings.idle, entry.seen())
    }

    /// Expired for good; a session of the future may become valid again.
    fn has_expired(&self, entry: &Entry, now: Timestamp) -> bool {
        now >= entry.session.ends_at || now.since(entry.seen()) >= self.settings.idle
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a session of this principal lasts at most.
fn max_lifetime(principal: Principal, settings: Settings) -> Duration {
    match principal {
        Principal::LocalOperator => settings.absolute.min(BREAK_GLASS_LIFETIME),
        _ => settings.absolute,
    }
}

fn expiry(id: SessionId, now: Timestamp) -> AuditEvent {
    let actor = Principal::System(SystemJob::Housekeeping);
    let object = Object::new(ObjectKind::Session, id);
    AuditEvent::new(now, actor, Action::SessionEnd, object).because(["it has expired"])
}
