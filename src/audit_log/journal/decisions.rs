//! Which decisions about known principals are written as events of their own, and which are counted.
//!
//! Keys are ids and numbers; a label is made once for each window. Must never lose a count, and must never grow with the
//! requests of one principal.

use crate::audit::{ClosedWindow, Object, ObjectKind, Outcome, RepeatWindows, WindowOutcome};
use crate::limits::RateLimiter;
use crate::model::{ApplicationId, Principal, Timestamp};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Windows that are open at the same time; beyond it, repeats are counted by principal and application alone.
const MAX_WINDOWS: usize = 20_000;

/// Windows that one principal may open per minute, so that fresh values in paths fill neither the disk nor the table.
const WINDOWS_OF_PRINCIPAL: u32 = 600;

/// What repeats are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RepeatKey {
    /// Of whom.
    pub principal: Principal,
    /// In which application.
    pub application: Option<ApplicationId>,
    /// The kind of the object.
    pub object_kind: ObjectKind,
    /// Keyed hash of the object; `None` where objects of the kind are counted together.
    pub object: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// `allowed`, or the stable code of the denial.
    pub code: &'static str,
}

impl RepeatKey {
    /// The key under which a full table counts: all objects together.
    const fn wider(self) -> Self {
        Self {
            object: None,
            ..self
        }
    }

    /// The label of a window that counts different objects together.
    fn wider_label(&self) -> Object {
        Object::new(self.object_kind, "several")
    }
}

/// Counts repeats.
pub(super) struct DecisionCounter(Mutex<DecisionCounts>);

struct DecisionCounts {
    narrow: RepeatWindows<RepeatKey, Object>,
    wide: RepeatWindows<RepeatKey, Object>,
    windows_of_principal: RateLimiter<Principal>,
}

impl DecisionCounter {
    /// Windows of this span.
    pub(super) fn new(span: Duration) -> Self {
        Self(Mutex::new(DecisionCounts {
            narrow: RepeatWindows::new(span, MAX_WINDOWS),
            wide: RepeatWindows::new(span, MAX_WINDOWS),
            windows_of_principal: RateLimiter::per_minute(WINDOWS_OF_PRINCIPAL),
        }))
    }

    /// Is it the first of its kind in a window? Otherwise it is counted.
    pub(super) fn is_first(
        &self,
        key: &RepeatKey,
        now: Timestamp,
        object: impl FnOnce() -> Object,
    ) -> bool {
        let mut counts = self.lock();
        let DecisionCounts {
            narrow,
            wide,
            windows_of_principal,
        } = &mut *counts;
        if narrow.repeat(key, now) {
            return false;
        }
        if windows_of_principal.take(key.principal, now).is_ok()
            && narrow.record(key, now, object) == WindowOutcome::First
        {
            return true;
        }
        wide.record(&key.wider(), now, || key.wider_label()) != WindowOutcome::Repeat
    }

    /// Its event could not be written: the next of its kind is the first again.
    pub(super) fn cancel(&self, key: &RepeatKey) {
        let mut counts = self.lock();
        if !counts.narrow.cancel(key) {
            counts.wide.cancel(&key.wider());
        }
    }

    /// Counts it without an event, for as long as none can be written; `false` if there is no space to count it.
    pub(super) fn count(
        &self,
        key: &RepeatKey,
        now: Timestamp,
        object: impl FnOnce() -> Object,
    ) -> bool {
        let mut counts = self.lock();
        counts.narrow.count(key, now, object)
            || counts.wide.count(&key.wider(), now, || key.wider_label())
    }

    /// The counts of windows that have closed by now.
    pub(super) fn close(&self, now: Timestamp) -> Vec<ClosedWindow<RepeatKey, Object>> {
        let mut counts = self.lock();
        let mut closed = counts.narrow.close(now);
        closed.extend(counts.wide.close(now));
        closed
    }

    /// Every count.
    pub(super) fn close_all(&self) -> Vec<ClosedWindow<RepeatKey, Object>> {
        let mut counts = self.lock();
        let mut closed = counts.narrow.close_all();
        closed.extend(counts.wide.close_all());
        closed
    }

    /// Takes back counts that could not be written.
    pub(super) fn restore(
        &self,
        counts: impl IntoIterator<Item = ClosedWindow<RepeatKey, Object>>,
    ) {
        self.lock().wide.restore(counts);
    }

    fn lock(&self) -> MutexGuard<'_, DecisionCounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "decisions_tests.rs"]
mod tests;
