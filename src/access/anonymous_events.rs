//! Audit events that callers without a valid credential cause: counted by address block, limited per minute, and never
//! lost without a count.
//!
//! Every place that records something about an anonymous caller comes here, so that no flood fills the disk, whatever it
//! sends. Nothing that a caller chooses is a counting key, and the maps are bounded by the limits themselves.

use super::budget::{Budget, is_over};
use super::counts;
use super::{PolicyHolder, RequestOrigin};
use crate::audit::{
    Action, AuditEvent, Closed, Object, ObjectKind, Outcome, PersonalFields, Repeats, Seen, Windows,
};
use crate::limits::AddressBlock;
use crate::mirror::Mirror;
use crate::model::{ApplicationId, Clock, DisplayText, Principal, SystemJob, Timestamp};
use crate::store::{Change, CommitError, Store};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Windows that are open at a time; more are only counted.
const WINDOWS: usize = 20_000;

/// One address block may use this part of a limit, so that it leaves room for the events of others.
const SHARE_OF_BLOCK: u32 = 4;

/// How anonymous events are counted.
#[derive(Debug, Clone, Copy)]
pub struct AnonymousSettings {
    /// Repeats within it are counted instead of written.
    pub window: Duration,
    /// Events per minute, of each [`Class`]; those that state the counts of windows come on top, at most as many.
    pub per_minute: u32,
}

/// What repeats are counted by, beside the address block. Holds no text that a caller chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AnonymousKind {
    pub action: Action,
    pub application: Option<ApplicationId>,
    /// Policy version and place of the route that matched.
    pub route: Option<(u64, usize)>,
    pub outcome: Outcome,
    /// Stable code of the reason.
    pub code: &'static str,
}

/// Events that share a limit, so that a flood of one class does not hide another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Class {
    AllowedRead,
    AllowedChange,
    RefusedRequest,
    SignIn,
    SignOut,
    Token,
}

impl AnonymousKind {
    /// A refusal that concerns no application.
    pub(crate) const fn denial(action: Action, code: &'static str) -> Self {
        Self {
            action,
            application: None,
            route: None,
            outcome: Outcome::Denied,
            code,
        }
    }

    const fn class(&self) -> Class {
        match (self.action, self.outcome) {
            (Action::SessionCreate, _) => Class::SignIn,
            (Action::SessionEnd, _) => Class::SignOut,
            (Action::TokenIssue, _) => Class::Token,
            (_, Outcome::Allowed) => Class::AllowedRead,
            _ => Class::RefusedRequest,
        }
    }
}

type Block = Option<AddressBlock>;
type Key = (Block, AnonymousKind);

/// How many events were not written, by what they would have been. Bounded: codes are few and ours.
#[derive(Default)]
struct Dropped {
    since: Option<Timestamp>,
    kinds: BTreeMap<(Action, Outcome, &'static str), u64>,
}

struct Counts {
    windows: Windows<Key, Object>,
    by_block: Budget<(Block, Class)>,
    by_class: Budget<Class>,
    dropped: Dropped,
}

/// Writes, counts or drops the events of anonymous callers.
pub struct AnonymousEvents {
    store: Store,
    policy: Arc<PolicyHolder>,
    mirror: Arc<Mirror>,
    clock: Arc<dyn Clock>,
    counts: Mutex<Counts>,
}

impl AnonymousEvents {
    /// Over the services that state which policy and directory was in force.
    pub fn new(
        store: Store,
        policy: Arc<PolicyHolder>,
        mirror: Arc<Mirror>,
        clock: Arc<dyn Clock>,
        settings: AnonymousSettings,
    ) -> Self {
        let counts = Counts::new(settings);
        Self {
            store,
            policy,
            mirror,
            clock,
            counts: Mutex::new(counts),
        }
    }

    /// Writes the first of its kind in a window and waits; repeats, and what is beyond the limits, are counted.
    pub(crate) async fn record(
        &self,
        kind: AnonymousKind,
        remote: &RequestOrigin,
        event: impl FnOnce() -> AuditEvent,
    ) -> Result<(), CommitError> {
        let (now, space) = (self.clock.now(), self.store.has_space());
        let block = remote.address.map(AddressBlock::network_of);
        let owed = self.lock().first((block, kind), (now, space), event);
        let Some(event) = owed else {
            return Ok(());
        };
        match self.store.commit(Change::none(), event).await {
            Err(error) if error.is_low_space() => {
                self.lock().dropped.add_one(kind, now);
                Ok(())
            }
            written => written.map(|_| ()),
        }
    }

    /// Writes each one while the limit lasts, and waits. For allowed requests that may change something: without space on
    /// the disk that is an error, and the request must be refused.
    pub(crate) async fn record_each(
        &self,
        kind: AnonymousKind,
        event: impl FnOnce() -> AuditEvent,
    ) -> Result<(), CommitError> {
        let now = self.clock.now();
        if self.store.has_space() && !self.lock().by_class.take(Class::AllowedChange, now) {
            self.lock().dropped.add_one(kind, now);
            return Ok(());
        }
        self.store.commit(Change::none(), event()).await.map(|_| ())
    }

    /// Writes the counts of windows that have closed by now, and what was dropped; not while the disk is almost full.
    pub async fn close_windows(&self) -> Result<(), CommitError> {
        if !self.store.has_space() {
            return Ok(());
        }
        let now = self.clock.now();
        let (closed, dropped) = {
            let mut counts = self.lock();
            (counts.windows.close(now), counts.dropped_by(now))
        };
        self.write(closed, dropped).await
    }

    /// Writes every count, as a stopping server does.
    pub async fn close_all_windows(&self) -> Result<(), CommitError> {
        let (closed, dropped) = {
            let mut counts = self.lock();
            (
                counts.windows.close_all(),
                std::mem::take(&mut counts.dropped),
            )
        };
        self.write(closed, dropped).await
    }

    /// What cannot be written is kept for the next time.
    async fn write(
        &self,
        closed: Vec<Closed<Key, Object>>,
        dropped: Dropped,
    ) -> Result<(), CommitError> {
        let now = self.clock.now();
        let event = |window: &_| self.count_event(window, now);
        let written = counts::write(&self.store, closed, event).await;
        if let Err(unwritten) = written {
            let mut counts = self.lock();
            counts.windows.restore(unwritten.counts);
            counts.dropped.add(dropped);
            return Err(unwritten.error);
        }
        let Some(since) = dropped.since else {
            return Ok(());
        };
        let event = self.dropped_event(&dropped, since, now);
        let written = self.store.commit(Change::none(), event).await;
        written
            .map(|_| ())
            .inspect_err(|_| self.lock().dropped.add(dropped))
    }

    fn count_event(&self, window: &Closed<Key, Object>, now: Timestamp) -> AuditEvent {
        let (_, kind) = &window.key;
        AuditEvent {
            action: kind.action,
            object: window.label.clone(),
            outcome: kind.outcome,
            reasons: vec![DisplayText::lossy(kind.code)],
            application: kind.application,
            repeats: Some(Repeats {
                since: window.since,
                count: window.repeats,
            }),
            ..self.event(Principal::Anonymous, now)
        }
    }

    fn dropped_event(&self, dropped: &Dropped, since: Timestamp, now: Timestamp) -> AuditEvent {
        let count = dropped.kinds.values().copied();
        let count = count.fold(0, u64::saturating_add);
        let kinds = dropped
            .kinds
            .iter()
            .map(|((action, outcome, code), count)| format!("{action} {outcome} {code}: {count}"));
        let first = format!("{count} events of anonymous callers were counted and not written");
        let reasons = std::iter::once(first).chain(kinds);
        AuditEvent {
            reasons: reasons.map(|text| DisplayText::lossy(&text)).collect(),
            repeats: Some(Repeats { since, count }),
            ..self.event(Principal::System(SystemJob::Housekeeping), now)
        }
    }

    /// An event about the audit log itself, to be filled in.
    fn event(&self, actor: Principal, now: Timestamp) -> AuditEvent {
        AuditEvent {
            at: now,
            actor,
            action: Action::AuditLogLimit,
            object: Object::new(ObjectKind::AuditLog, "events of anonymous callers"),
            outcome: Outcome::Denied,
            reasons: Vec::new(),
            application: None,
            request: None,
            policy_version: self.policy.load().version(),
            directory_version: self.mirror.directory().version,
            repeats: None,
            personal: PersonalFields::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn new(settings: AnonymousSettings) -> Self {
        let of_block = (settings.per_minute / SHARE_OF_BLOCK).max(1);
        Self {
            windows: Windows::new(settings.window, WINDOWS),
            by_block: Budget::per_minute(of_block),
            by_class: Budget::per_minute(settings.per_minute),
            dropped: Dropped::default(),
        }
    }

    /// The event, if it is to be written.
    fn first(
        &mut self,
        key: Key,
        (now, space): (Timestamp, bool),
        event: impl FnOnce() -> AuditEvent,
    ) -> Option<AuditEvent> {
        if self.windows.repeat(&key, now) {
            return None;
        }
        if !space || !self.may_write(key, now) {
            self.dropped.add_one(key.1, now);
            return None;
        }
        let event = event();
        if self.windows.see(&key, now, || event.object.clone()) == Seen::First {
            return Some(event);
        }
        self.dropped.add_one(key.1, now);
        None
    }

    /// By address block first, for all last: a block that floods uses up its own share alone.
    fn may_write(&mut self, (block, kind): Key, now: Timestamp) -> bool {
        let class = kind.class();
        self.by_class.has(&class, now)
            && self.by_block.take((block, class), now)
            && self.by_class.take(class, now)
    }

    /// What was dropped, once a minute.
    fn dropped_by(&mut self, now: Timestamp) -> Dropped {
        let due = self.dropped.since.is_some_and(|since| is_over(since, now));
        if due {
            std::mem::take(&mut self.dropped)
        } else {
            Dropped::default()
        }
    }
}

impl Dropped {
    fn add_one(&mut self, kind: AnonymousKind, now: Timestamp) {
        self.since.get_or_insert(now);
        let kind = (kind.action, kind.outcome, kind.code);
        let count = self.kinds.entry(kind).or_default();
        *count = count.saturating_add(1);
    }

    fn add(&mut self, other: Self) {
        self.since = other.since.or(self.since);
        for (kind, count) in other.kinds {
            let present = self.kinds.entry(kind).or_default();
            *present = present.saturating_add(count);
        }
    }
}

#[cfg(test)]
#[path = "anonymous_events_tests.rs"]
mod tests;
