//! Which decisions about known principals are owed an event of their own, and which are counted.
//!
//! Keys are ids and numbers; a label is made once for each window. Must never lose a count, and must never grow with what
//! one principal asks for.

use super::budget::Budget;
use super::decision_record::{DecisionObject, DecisionRecord};
use crate::audit::{Closed, Object, Outcome, Seen, Windows};
use crate::model::{ApplicationId, AuditMode, Principal, Timestamp};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Kinds that are counted at the same time; beyond it, and for each of the principal and application, kinds are counted
/// together.
const KINDS: usize = 20_000;

/// Kinds that one principal may open per minute, so that fresh values in paths fill neither the disk nor the table.
const OF_PRINCIPAL: u32 = 600;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub principal: Principal,
    pub application: Option<ApplicationId>,
    /// Keyed hash of what it was about; none where everything is counted together.
    about: Option<u64>,
    pub outcome: Outcome,
    pub code: &'static str,
}

/// Counts repeats.
pub(super) struct DecisionCounter {
    counts: Mutex<Counts>,
    hasher: RandomState,
}

struct Counts {
    narrow: Windows<Kind, Object>,
    wide: Windows<Kind, Object>,
    of_principal: Budget<Principal>,
}

impl DecisionCounter {
    /// Windows of this span.
    pub(super) fn new(span: Duration) -> Self {
        Self {
            counts: Mutex::new(Counts {
                narrow: Windows::new(span, KINDS),
                wide: Windows::new(span, KINDS),
                of_principal: Budget::per_minute(OF_PRINCIPAL),
            }),
            hasher: RandomState::new(),
        }
    }

    /// Is an event of its own owed?
    pub(super) fn owed(&self, decided: &DecisionRecord, now: Timestamp) -> bool {
        !decided.may_be_counted() || decided.mode == AuditMode::Every || self.first(decided, now)
    }

    fn first(&self, decided: &DecisionRecord, now: Timestamp) -> bool {
        let kind = self.kind(decided);
        let mut counts = self.lock();
        let Counts {
            narrow,
            wide,
            of_principal,
        } = &mut *counts;
        if narrow.repeat(&kind, now) {
            return false;
        }
        if of_principal.take(kind.principal, now)
            && narrow.see(&kind, now, || decided.object()) == Seen::First
        {
            return true;
        }
        wide.see(&kind.wider(), now, || decided.kind_alone()) != Seen::Repeat
    }

    /// Counts it without an event, for as long as none can be written; `false` if there is no room to count it.
    pub(super) fn count(&self, decided: &DecisionRecord, now: Timestamp) -> bool {
        let kind = self.kind(decided);
        let mut counts = self.lock();
        counts.narrow.count(&kind, now, || decided.object())
            || counts
                .wide
                .count(&kind.wider(), now, || decided.kind_alone())
    }

    fn kind(&self, decided: &DecisionRecord) -> Kind {
        let client = decided.asked_by;
        let about = match &decided.about {
            DecisionObject::Request { .. } => decided.route().map(|route| {
                let parameters = decided.decision.as_ref().map(|one| &one.parameters);
                self.hasher.hash_one((route, parameters, client))
            }),
            DecisionObject::Named(_, text) => Some(self.hasher.hash_one((text.as_str(), client))),
            DecisionObject::Unnamed(_) => None,
        };
        Kind {
            principal: decided.principal(),
            application: decided.application,
            about,
            outcome: decided.outcome(),
            code: decided.code(),
        }
    }

    /// The counts of windows that have closed by now.
    pub(super) fn close(&self, now: Timestamp) -> Vec<Closed<Kind, Object>> {
        let mut counts = self.lock();
        let mut closed = counts.narrow.close(now);
        closed.extend(counts.wide.close(now));
        closed
    }

    /// Every count.
    pub(super) fn close_all(&self) -> Vec<Closed<Kind, Object>> {
        let mut counts = self.lock();
        let mut closed = counts.narrow.close_all();
        closed.extend(counts.wide.close_all());
        closed
    }

    /// Takes back counts that could not be written.
    pub(super) fn restore(&self, counts: impl IntoIterator<Item = Closed<Kind, Object>>) {
        self.lock().wide.restore(counts);
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kind {
    /// The kind under which a full table counts: everything that the principal does there, by outcome and reason.
    fn wider(self) -> Self {
        Self {
            about: None,
            ..self
        }
    }
}

impl DecisionRecord {
    /// The label of a window that counts different objects together.
    fn kind_alone(&self) -> Object {
        Object::new(self.about.kind(), "several")
    }
}

#[cfg(test)]
#[path = "decision_counter_tests.rs"]
mod tests;
