//! Records decisions: what promise 4 wants durable is waited for; repeats of the same are counted in windows.
//!
//! Must never let an answer leave before its event is durable where one is owed, and must never grow with a flood. While
//! the disk is almost full, reads and refusals are counted alone and their counts are written later.

use super::anonymous_events::AnonymousEvents;
use super::counts::{self, UnwrittenCounts};
use super::credentials::personal;
use super::decision_counter::{DecisionCounter, Kind};
use super::decision_record::DecisionRecord;
use super::{PolicyHolder, RequestOrigin};
use crate::audit::{Action, AuditEvent, Closed, Object, PersonalFields, Repeats};
use crate::mirror::Mirror;
use crate::model::{AuditMode, Clock, DisplayText, Principal, RequestId, Timestamp};
use crate::store::{Change, CommitError, Store};
use std::sync::Arc;
use std::time::Duration;

/// Writes and counts.
pub struct DecisionRecorder {
    store: Store,
    policy: Arc<PolicyHolder>,
    mirror: Arc<Mirror>,
    clock: Arc<dyn Clock>,
    anonymous: Arc<AnonymousEvents>,
    tally: DecisionCounter,
}

impl DecisionRecorder {
    /// Counts repeats in windows of this span (default 60 s).
    pub fn new(
        store: Store,
        (policy, mirror): (Arc<PolicyHolder>, Arc<Mirror>),
        clock: Arc<dyn Clock>,
        anonymous: Arc<AnonymousEvents>,
        window: Duration,
    ) -> Self {
        Self {
            store,
            policy,
            mirror,
            clock,
            anonymous,
            tally: DecisionCounter::new(window),
        }
    }

    /// Writes the decision and waits, or counts it.
    pub(crate) async fn record(
        &self,
        decided: DecisionRecord,
        remote: &RequestOrigin,
        request: RequestId,
    ) -> Result<(), CommitError> {
        let now = self.clock.now();
        let read = decided.safe && decided.denial.is_none();
        if read && decided.mode == AuditMode::Denials {
            return Ok(());
        }
        if decided.principal() == Principal::Anonymous {
            let (kind, counted) = (decided.anonymous_kind(), decided.may_be_counted());
            let event = || event(decided, (remote, request), now);
            return if counted {
                self.anonymous.record(kind, remote, event).await
            } else {
                self.anonymous.record_each(kind, event).await
            };
        }
        if decided.may_be_counted() && !self.store.has_space() && self.tally.count(&decided, now) {
            return Ok(());
        }
        if !self.tally.owed(&decided, now) {
            return Ok(());
        }
        let event = event(decided, (remote, request), now);
        self.store.commit(Change::none(), event).await.map(|_| ())
    }

    /// Writes the counts of windows that have closed by now; not while the disk is almost full.
    pub async fn close_windows(&self) -> Result<(), CommitError> {
        if !self.store.has_space() {
            return Ok(());
        }
        let now = self.clock.now();
        self.write_counts(self.tally.close(now), now).await
    }

    /// Writes every count, as a stopping server does.
    pub async fn close_all_windows(&self) -> Result<(), CommitError> {
        let now = self.clock.now();
        self.write_counts(self.tally.close_all(), now).await
    }

    /// What cannot be written is kept for the next time.
    async fn write_counts(
        &self,
        closed: Vec<Closed<Kind, Object>>,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let event = |window: &_| self.count(window, now);
        let written = counts::write(&self.store, closed, event).await;
        written.map_err(|UnwrittenCounts { error, counts }| {
            self.tally.restore(counts);
            error
        })
    }

    fn count(&self, window: &Closed<Kind, Object>, now: Timestamp) -> AuditEvent {
        let key = window.key;
        AuditEvent {
            at: now,
            actor: key.principal,
            action: Action::RequestDecide,
            object: window.label.clone(),
            outcome: key.outcome,
            reasons: vec![DisplayText::lossy(key.code)],
            application: key.application,
            request: None,
            policy_version: self.policy.load().version(),
            directory_version: self.mirror.directory().version,
            repeats: Some(Repeats {
                since: window.since,
                count: window.repeats,
            }),
            personal: PersonalFields::default(),
        }
    }
}

fn event(
    decided: DecisionRecord,
    (remote, request): (&RequestOrigin, RequestId),
    now: Timestamp,
) -> AuditEvent {
    AuditEvent {
        at: now,
        actor: decided.principal(),
        action: Action::RequestDecide,
        object: decided.object(),
        outcome: decided.outcome(),
        reasons: decided.sentences(),
        application: decided.application,
        request: Some(request),
        policy_version: decided.policy_version,
        directory_version: decided.directory_version,
        repeats: None,
        personal: personal(decided.login(), remote),
    }
}
