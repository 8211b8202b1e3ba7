//! Events of callers without a valid credential: counted by address block, limited per minute, and never lost without a
//! count.
//!
//! Every event of an anonymous caller passes here, so that no flood fills the disk, whatever it sends. Text chosen by a
//! caller is never a counting key, and the maps are bounded by the limits themselves.

use crate::audit::{
    Action, AuditEvent, ClosedWindow, Object, ObjectKind, Outcome, RepeatWindows, Repeats,
    WindowOutcome,
};
use crate::limits::{AddressBlock, RateLimiter};
use crate::model::{ApplicationId, Principal, SystemJob, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Windows that are open at a time; more are only counted.
const MAX_WINDOWS: usize = 20_000;

/// One address block may use this part of a limit, so that events of other blocks are still written.
const SHARE_OF_BLOCK: u32 = 4;

/// What repeats are counted by, beside the address block. Holds no text that a caller chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnonymousKind {
    /// What was done or asked for.
    pub action: Action,
    /// In which application.
    pub application: Option<ApplicationId>,
    /// Policy version and place of the route that matched.
    pub route: Option<(u64, usize)>,
    /// How it ended.
    pub outcome: Outcome,
    /// Stable code of the reason.
    pub code: &'static str,
}

/// Events that share a limit, so that a flood of one class does not hide another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum EventClass {
    AllowedRead,
    AllowedChange,
    DeniedRequest,
    SignIn,
    SignOut,
    Token,
}

impl AnonymousKind {
    /// A denial that concerns no application.
    pub const fn denial(action: Action, code: &'static str) -> Self {
        Self {
            action,
            application: None,
            route: None,
            outcome: Outcome::Denied,
            code,
        }
    }

    const fn class(&self) -> EventClass {
        match (self.action, self.outcome) {
            (Action::SessionCreate, _) => EventClass::SignIn,
            (Action::SessionEnd, _) => EventClass::SignOut,
            (Action::TokenIssue, _) => EventClass::Token,
            (_, Outcome::Allowed) => EventClass::AllowedRead,
            _ => EventClass::DeniedRequest,
        }
    }
}

type Block = Option<AddressBlock>;

/// What repeats are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AnonymousKey {
    pub block: Block,
    pub kind: AnonymousKind,
}

/// How many events were not written, by kind. Bounded: codes are few and ours.
#[derive(Default)]
pub(super) struct Dropped {
    since: Option<Timestamp>,
    kinds: BTreeMap<(Action, Outcome, &'static str), u64>,
}

struct AnonymousCounts {
    windows: RepeatWindows<AnonymousKey, Object>,
    by_block: RateLimiter<(Block, EventClass)>,
    by_class: RateLimiter<EventClass>,
    dropped: Dropped,
}

/// Counts and limits the events of anonymous callers.
pub(super) struct AnonymousCounter(Mutex<AnonymousCounts>);

impl AnonymousCounter {
    /// Windows of this span, and at most so many events per minute of each class.
    pub(super) fn new(window: Duration, per_minute: u32) -> Self {
        Self(Mutex::new(AnonymousCounts::new(window, per_minute)))
    }

    /// The event, if it is to be written; otherwise it is counted.
    pub(super) fn first(
        &self,
        key: AnonymousKey,
        now: Timestamp,
        has_space: bool,
        event: impl FnOnce() -> AuditEvent,
    ) -> Option<AuditEvent> {
        self.lock().first(key, now, has_space, event)
    }

    /// The event of this key could not be written: the next is the first again.
    pub(super) fn cancel(&self, key: &AnonymousKey) {
        self.lock().windows.cancel(key);
    }

    /// May one more allowed request that may change something be written in this minute?
    pub(super) fn take_change(&self, now: Timestamp) -> bool {
        let counts = self.lock();
        counts.by_class.take(EventClass::AllowedChange, now).is_ok()
    }

    /// Counts an event that is not written.
    pub(super) fn drop_one(&self, kind: AnonymousKind, now: Timestamp) {
        self.lock().dropped.add_one(kind, now);
    }

    /// The counts of windows that have closed by now, and once a minute what was dropped.
    pub(super) fn close(
        &self,
        now: Timestamp,
    ) -> (Vec<ClosedWindow<AnonymousKey, Object>>, Dropped) {
        let mut counts = self.lock();
        (counts.windows.close(now), counts.dropped_by(now))
    }

    /// Every count.
    pub(super) fn close_all(&self) -> (Vec<ClosedWindow<AnonymousKey, Object>>, Dropped) {
        let mut counts = self.lock();
        let dropped = std::mem::take(&mut counts.dropped);
        (counts.windows.close_all(), dropped)
    }

    /// Takes back counts that could not be written.
    pub(super) fn restore(
        &self,
        closed: Vec<ClosedWindow<AnonymousKey, Object>>,
        dropped: Dropped,
    ) {
        let mut counts = self.lock();
        counts.windows.restore(closed);
        counts.dropped.add(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, AnonymousCounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AnonymousCounts {
    fn new(window: Duration, per_minute: u32) -> Self {
        let of_block = (per_minute / SHARE_OF_BLOCK).max(1);
        Self {
            windows: RepeatWindows::new(window, MAX_WINDOWS),
            by_block: RateLimiter::per_minute(of_block),
            by_class: RateLimiter::per_minute(per_minute),
            dropped: Dropped::default(),
        }
    }

    /// The event, if it is to be written.
    fn first(
        &mut self,
        key: AnonymousKey,
        now: Timestamp,
        has_space: bool,
        event: impl FnOnce() -> AuditEvent,
    ) -> Option<AuditEvent> {
        if self.windows.repeat(&key, now) {
            return None;
        }
        if !has_space || !self.may_write(key, now) {
            self.dropped.add_one(key.kind, now);
            return None;
        }
        let event = event();
        if self.windows.record(&key, now, || event.object.clone()) == WindowOutcome::First {
            return Some(event);
        }
        self.dropped.add_one(key.kind, now);
        None
    }

    /// By address block first, for all last: a block that floods uses up its own share alone.
    fn may_write(&self, key: AnonymousKey, now: Timestamp) -> bool {
        let class = key.kind.class();
        self.by_class.check(&class, 1, now).is_ok()
            && self.by_block.take((key.block, class), now).is_ok()
            && self.by_class.take(class, now).is_ok()
    }

    /// What was dropped, once a minute. A clock that was set back ends the minute as well.
    fn dropped_by(&mut self, now: Timestamp) -> Dropped {
        let age = |since: Timestamp| now.since(since).max(since.since(now));
        if self.dropped.since.is_some_and(|since| age(since) >= MINUTE) {
            std::mem::take(&mut self.dropped)
        } else {
            Dropped::default()
        }
    }
}

impl Dropped {
    /// The event that states what was dropped, made of its actor, action and object; `None` when nothing was.
    pub(super) fn event(
        &self,
        event: impl FnOnce(Principal, Action, Object) -> AuditEvent,
    ) -> Option<AuditEvent> {
        let since = self.since?;
        let count = self.kinds.values().copied();
        let count = count.fold(0, u64::saturating_add);
        let kinds = self
            .kinds
            .iter()
            .map(|((action, outcome, code), count)| format!("{action} {outcome} {code}: {count}"));
        let first = format!("{count} events of anonymous callers were counted and not written");
        let event = event(
            Principal::System(SystemJob::Housekeeping),
            Action::AuditLogLimit,
            Object::new(ObjectKind::AuditLog, "events of anonymous callers"),
        );
        let event = event.denied().because(std::iter::once(first).chain(kinds));
        Some(event.repeated(Repeats { since, count }))
    }

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
#[path = "anonymous_tests.rs"]
mod tests;
