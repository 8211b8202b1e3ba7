//! The service: starts, finds and ends sessions. Looked at in memory, durable in the store.

use super::break_glass;
use super::table::{Entry, Table};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    Clock, DisplayText, Principal, ProviderId, ProviderSession, Random, Session, SessionId,
    SessionPlace, SessionSecret, SystemJob, Timestamp,
};
use crate::store::{Change, CommitError, Operation, Store, UnauditedWrite};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// Sign-ins of one principal at a time; the one used longest ago ends for another.
const MOST: usize = 50;

/// The last use is written when it is this much later than what is on disk.
const SEEN_EVERY: Duration = Duration::from_secs(5 * 60);

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Without use.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

/// Somebody who has just proved who they are.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Who.
    pub principal: Principal,
    /// Where it holds.
    pub place: SessionPlace,
    /// Who signed the person in.
    pub provider: Option<ProviderId>,
    /// The sign-in there.
    pub provider_session: Option<ProviderSession>,
    /// From where.
    pub address: Option<IpAddr>,
    /// With what.
    pub user_agent: DisplayText,
}

/// Why a secret opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionLookupError {
    /// No session has it, or has it any more.
    #[error("there is no such session; sign in again")]
    Unknown,
    /// Its time, or its parent's, is over.
    #[error("the session has ended; sign in again")]
    Ended,
}

/// Why a session was not started or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The session that it should hang on has ended.
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
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        settings: Settings,
        mut loaded: Vec<Session>,
    ) -> Self {
        for session in &mut loaded {
            let longest = longest(session.principal, settings);
            session.ends_at = session.ends_at.min(session.created_at.plus(longest));
        }
        Self {
            store,
            clock,
            random,
            settings,
            table: RwLock::new(Table::load(loaded)),
        }
    }

    /// Starts a session; durable, with its event, before the secret is given out. The event's object becomes the session.
    pub async fn start(
        &self,
        new: NewSession,
        event: AuditEvent,
    ) -> Result<(Arc<Session>, SessionSecret), SessionError> {
        let secret = SessionSecret::generate(&*self.random);
        let session = self.session(new, &secret)?;
        let gone = self.make_room(&session);
        let event = AuditEvent {
            object: Object::new(ObjectKind::Session, session.id),
            ..event
        };
        let change = gone.into_iter().map(Operation::DeleteSession);
        let change: Change = change
            .chain([Operation::PutSession(session.clone())])
            .collect();
        self.store.commit(change, event).await?;
        if self.take_in(&session) {
            return Ok((Arc::new(session), secret));
        }
        self.forget(vec![session.id], expiry(session.id, self.clock.now()))
            .await?;
        Err(SessionError::ParentEnded)
    }

    /// The parent may have ended while the disk was written; then the child is none.
    fn take_in(&self, session: &Session) -> bool {
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

    /// The session that a secret opens, if its time is not over. A child's use is its parent's too.
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
        if !self.holds(entry, now) || parent.is_some_and(|parent| !self.holds(parent, now)) {
            return Err(SessionLookupError::Ended);
        }
        entry.see(now);
        if let Some(parent) = parent {
            parent.see(now);
        }
        Ok(Arc::clone(&entry.session))
    }

    /// The session with an id, if its time is not over. Its use is not counted.
    pub fn get(&self, id: SessionId) -> Option<Arc<Session>> {
        let now = self.clock.now();
        let table = self.read();
        let entry = table.by_id(id).filter(|entry| self.holds(entry, now))?;
        Some(Arc::new(entry.present()))
    }

    /// Is somebody signed in at Samovar with at least one session?
    pub fn lives(&self, principal: Principal) -> bool {
        let now = self.clock.now();
        let table = self.read();
        let mut parents = table.of(principal);
        parents.any(|entry| self.holds(entry, now))
    }

    /// Every session whose time is not over, the one started last first.
    pub fn list(&self) -> Vec<Arc<Session>> {
        let now = self.clock.now();
        let table = self.read();
        let running = table.entries().filter(|entry| self.holds(entry, now));
        let mut list: Vec<_> = running.map(|entry| Arc::new(entry.present())).collect();
        list.sort_unstable_by_key(|session| std::cmp::Reverse(session.id));
        list
    }

    /// Ends a session and its children. In force at once, whatever the disk does.
    pub async fn end(&self, id: SessionId, event: AuditEvent) -> Result<(), SessionError> {
        self.end_with(id, Change::none(), event).await
    }

    /// The same together with another change.
    pub async fn end_with(
        &self,
        id: SessionId,
        change: Change,
        event: AuditEvent,
    ) -> Result<(), SessionError> {
        let gone = self.write().remove(id).into_iter();
        let change = gone
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

    /// The same together with another change.
    pub async fn end_all_with(
        &self,
        principal: Principal,
        change: Change,
        event: AuditEvent,
    ) -> Result<(), SessionError> {
        let gone: Vec<_> = {
            let mut table = self.write();
            let parents = table.parents_of(principal).into_iter();
            parents.flat_map(|id| table.remove(id)).collect()
        };
        let ends = gone.into_iter().map(Operation::DeleteSession);
        let change = ends.fold(change, Change::with);
        self.store.commit(change, event).await?;
        Ok(())
    }

    /// Ends the sessions whose time is over, each with an event of ours.
    pub async fn expire(&self) -> Result<(), SessionError> {
        let now = self.clock.now();
        let over: Vec<_> = {
            let table = self.read();
            let over = table.entries().filter(|entry| self.over(entry, now));
            over.map(|entry| entry.session.id).collect()
        };
        for id in over {
            self.end(id, expiry(id, now)).await?;
        }
        Ok(())
    }

    /// Writes last uses that are well ahead of the disk. They leave no event.
    pub async fn write_seen(&self) -> Result<(), SessionError> {
        let later = i64::try_from(SEEN_EVERY.as_millis()).unwrap_or(i64::MAX);
        let marks: Vec<_> = {
            let table = self.read();
            let marks = table.entries().filter_map(|entry| {
                let at = entry.to_write(later)?;
                Some(UnauditedWrite::SessionUsed(entry.session.id, at))
            });
            marks.collect()
        };
        if !marks.is_empty() {
            self.store.write_unaudited(marks).await?;
        }
        Ok(())
    }

    /// A child's life is bounded by its parent's.
    fn session(&self, new: NewSession, secret: &SessionSecret) -> Result<Session, SessionError> {
        let now = self.clock.now();
        let ends_at = match &new.place {
            SessionPlace::Samovar => now.plus(longest(new.principal, self.settings)),
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

    /// One child for each parent and host, and a bounded number of parents for each principal.
    fn make_room(&self, session: &Session) -> Vec<SessionId> {
        let mut table = self.write();
        if let Some(before) = table.child_at(&session.place) {
            return table.remove(before);
        }
        if session.place != SessionPlace::Samovar {
            return Vec::new();
        }
        let parents = table.parents_of(session.principal);
        let surplus = (parents.len() + 1).saturating_sub(MOST);
        let oldest = parents.into_iter().take(surplus);
        oldest.flat_map(|id| table.remove(id)).collect()
    }

    async fn forget(&self, gone: Vec<SessionId>, event: AuditEvent) -> Result<(), SessionError> {
        let change: Change = gone.into_iter().map(Operation::DeleteSession).collect();
        self.store.commit(change, event).await?;
        Ok(())
    }

    /// Not over; nor begun or used ahead of now, which is what a clock that was set back leaves behind.
    fn holds(&self, entry: &Entry, now: Timestamp) -> bool {
        let session = &entry.session;
        now.between(session.created_at, session.ends_at)
            && now.within(self.settings.idle, entry.seen())
    }

    /// For good: whatever lies ahead may come yet.
    fn over(&self, entry: &Entry, now: Timestamp) -> bool {
        now >= entry.session.ends_at || now.since(entry.seen()) >= self.settings.idle
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a sign-in of this principal lasts in any case.
fn longest(principal: Principal, settings: Settings) -> Duration {
    match principal {
        Principal::LocalOperator => settings.absolute.min(break_glass::SESSION_LIFETIME),
        _ => settings.absolute,
    }
}

fn expiry(id: SessionId, now: Timestamp) -> AuditEvent {
    let actor = Principal::System(SystemJob::Housekeeping);
    let object = Object::new(ObjectKind::Session, id);
    AuditEvent::new(now, actor, Action::SessionEnd, object).because(["its time is over"])
}
