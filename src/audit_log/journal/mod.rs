//! The journal: writes an event before its answer leaves, or counts a repeat and writes the count when its window closes.
//!
//! Must never let an answer leave before its event is durable where one is due, and must never grow with a flood. While
//! the disk is almost full, reads and denials are counted alone, and their counts are written later.

mod anonymous;
mod decisions;
mod write_counts;

pub use anonymous::AnonymousKind;
pub use decisions::RepeatKey;

use crate::audit::{Action, AuditEvent, ClosedWindow, Object, Repeats, Versions};
use crate::limits::AddressBlock;
use crate::model::{Clock, Principal, Timestamp};
use crate::store::{Change, CommitError, Store};
use anonymous::{AnonymousCounter, AnonymousKey, Dropped};
use decisions::DecisionCounter;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use write_counts::{UnwrittenCounts, write_counts};

/// How repeats are counted.
#[derive(Debug, Clone, Copy)]
pub struct JournalSettings {
    /// Repeats within it are counted instead of written (default 60 s).
    pub window: Duration,
    /// Events of anonymous callers per minute and class of events; those that state the counts of windows come on top, at
    /// most as many.
    pub anonymous_events_per_minute: u32,
}

/// Writes and counts events.
pub struct Journal {
    store: Store,
    clock: Arc<dyn Clock>,
    versions: Box<dyn Fn() -> Versions + Send + Sync>,
    decisions: DecisionCounter,
    anonymous: AnonymousCounter,
}

impl Journal {
    /// Over this store; `versions` states which policy and directory are in force.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        versions: impl Fn() -> Versions + Send + Sync + 'static,
        settings: JournalSettings,
    ) -> Self {
        Self {
            store,
            clock,
            versions: Box::new(versions),
            decisions: DecisionCounter::new(settings.window),
            anonymous: AnonymousCounter::new(settings.window, settings.anonymous_events_per_minute),
        }
    }

    /// An event of this moment, under the policy and the directory in force.
    pub fn event(&self, actor: Principal, action: Action, object: Object) -> AuditEvent {
        AuditEvent::new(self.clock.now(), actor, action, object).under((self.versions)())
    }

    /// Writes the event and waits until it is durable.
    pub async fn write(&self, event: AuditEvent) -> Result<(), CommitError> {
        self.store.commit(Change::none(), event).await.map(|_| ())
    }

    /// Writes the first event of its kind in a window, or each one (`every`), and waits; counts the others.
    pub async fn record(
        &self,
        key: &RepeatKey,
        every: bool,
        event: impl Fn() -> AuditEvent,
    ) -> Result<(), CommitError> {
        let now = self.clock.now();
        let object = || event().object;
        if !self.store.has_space() && self.decisions.count(key, now, object) {
            return Ok(());
        }
        if !every && !self.decisions.is_first(key, now, object) {
            return Ok(());
        }
        let written = self.write(event()).await;
        written.inspect_err(|_| self.decisions.cancel(key))
    }

    /// Writes the first event of its kind and address block in a window and waits; repeats, and what is beyond the limits,
    /// are counted. For denials and reads of anonymous callers.
    pub async fn record_anonymous(
        &self,
        kind: AnonymousKind,
        address: Option<IpAddr>,
        event: impl FnOnce() -> AuditEvent,
    ) -> Result<(), CommitError> {
        let (now, has_space) = (self.clock.now(), self.store.has_space());
        let block = address.map(AddressBlock::network_of);
        let key = AnonymousKey { block, kind };
        let due = self.anonymous.first(key, now, has_space, event);
        let Some(event) = due else {
            return Ok(());
        };
        match self.write(event).await {
            Err(error) if error.is_low_space() => {
                self.anonymous.drop_one(kind, now);
                Ok(())
            }
            written => written.inspect_err(|_| self.anonymous.cancel(&key)),
        }
    }

    /// Writes each one while the limit lasts, and waits. For allowed requests that may change something: without space on
    /// the disk that is an error, and the request must be refused.
    pub async fn record_each_anonymous(
        &self,
        kind: AnonymousKind,
        event: impl FnOnce() -> AuditEvent,
    ) -> Result<(), CommitError> {
        let now = self.clock.now();
        if self.store.has_space() && !self.anonymous.take_change(now) {
            self.anonymous.drop_one(kind, now);
            return Ok(());
        }
        self.write(event()).await
    }

    /// Writes the counts of windows that have closed by now, and what was dropped; not while the disk is almost full.
    pub async fn close_windows(&self) -> Result<(), CommitError> {
        if !self.store.has_space() {
            return Ok(());
        }
        let now = self.clock.now();
        let written = self.write_decisions(self.decisions.close(now)).await;
        let (closed, dropped) = self.anonymous.close(now);
        written.and(self.write_anonymous(closed, dropped).await)
    }

    /// Writes every count, as a stopping server does.
    pub async fn close_all_windows(&self) -> Result<(), CommitError> {
        let written = self.write_decisions(self.decisions.close_all()).await;
        let (closed, dropped) = self.anonymous.close_all();
        written.and(self.write_anonymous(closed, dropped).await)
    }

    /// Counts that cannot be written are kept for the next time.
    async fn write_decisions(
        &self,
        closed: Vec<ClosedWindow<RepeatKey, Object>>,
    ) -> Result<(), CommitError> {
        let event = |window: &ClosedWindow<RepeatKey, Object>| {
            let key = window.key;
            self.event(key.principal, Action::RequestDecide, window.label.clone())
                .with_outcome(key.outcome)
                .because([key.code])
                .in_application(key.application)
                .repeated(repeats(window))
        };
        let written = write_counts(&self.store, closed, event).await;
        written.map_err(|UnwrittenCounts { error, counts }| {
            self.decisions.restore(counts);
            error
        })
    }

    async fn write_anonymous(
        &self,
        closed: Vec<ClosedWindow<AnonymousKey, Object>>,
        dropped: Dropped,
    ) -> Result<(), CommitError> {
        let event = |window: &ClosedWindow<AnonymousKey, Object>| {
            let kind = window.key.kind;
            self.event(Principal::Anonymous, kind.action, window.label.clone())
                .with_outcome(kind.outcome)
                .because([kind.code])
                .in_application(kind.application)
                .repeated(repeats(window))
        };
        if let Err(unwritten) = write_counts(&self.store, closed, event).await {
            self.anonymous.restore(unwritten.counts, dropped);
            return Err(unwritten.error);
        }
        let Some(event) = dropped.event(|actor, action, object| self.event(actor, action, object))
        else {
            return Ok(());
        };
        let written = self.write(event).await;
        written.inspect_err(|_| self.anonymous.restore(Vec::new(), dropped))
    }
}

#[cfg(test)]
mod tests;

fn repeats<K>(window: &ClosedWindow<K, Object>) -> Repeats {
    let (since, count): (Timestamp, u64) = (window.since, window.repeats);
    Repeats { since, count }
}
