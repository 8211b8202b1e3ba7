//! Records decisions: what promise 4 wants durable is waited for; repeats of the same are counted in windows.
//!
//! Must never let an answer leave before its event is durable where one is owed, and must never grow with a flood.

use super::decided::Decided;
use super::facts::personal;
use super::tally::{Kind, Tally, Who};
use super::{PolicyHolder, Remote};
use crate::audit::{Action, AuditEvent, Closed, Object, PersonalFields, Repeats};
use crate::mirror::Mirror;
use crate::model::{Clock, DisplayText, Principal, RequestId, SystemJob, Timestamp};
use crate::store::{Change, CommitError, Store};
use std::sync::Arc;
use std::time::Duration;

/// Writes and counts.
pub struct Recorder {
    store: Store,
    policy: Arc<PolicyHolder>,
    mirror: Arc<Mirror>,
    clock: Arc<dyn Clock>,
    tally: Tally,
}

impl Recorder {
    /// Counts repeats in windows of this span (default 60 s).
    pub fn new(
        store: Store,
        policy: Arc<PolicyHolder>,
        mirror: Arc<Mirror>,
        clock: Arc<dyn Clock>,
        window: Duration,
    ) -> Self {
        Self {
            store,
            policy,
            mirror,
            clock,
            tally: Tally::new(window),
        }
    }

    /// Writes the decision and waits, or counts it.
    pub(super) async fn record(
        &self,
        decided: Decided,
        remote: &Remote,
        request: RequestId,
    ) -> Result<(), CommitError> {
        let now = self.clock.now();
        if !self.tally.owed(&decided, remote, now) {
            return Ok(());
        }
        let (outcome, reasons) = (decided.outcome(), decided.sentences());
        let event = AuditEvent {
            at: now,
            actor: decided.principal,
            action: Action::RequestDecide,
            object: Object {
                kind: decided.kind,
                id: decided.object,
            },
            outcome,
            reasons,
            application: decided.application,
            request: Some(request),
            policy_version: decided.policy_version,
            directory_version: decided.directory_version,
            repeats: None,
            personal: personal(decided.login, remote),
        };
        self.store.commit(Change::none(), event).await.map(|_| ())
    }

    /// Writes the counts of windows that have closed by now.
    pub async fn close_windows(&self) -> Result<(), CommitError> {
        let now = self.clock.now();
        let closed = self.tally.close(now);
        self.write_counts(closed, now).await
    }

    /// Writes every count, as a stopping server does.
    pub async fn close_all_windows(&self) -> Result<(), CommitError> {
        let now = self.clock.now();
        let closed = self.tally.close_all();
        self.write_counts(closed, now).await
    }

    async fn write_counts(
        &self,
        closed: Vec<Closed<Kind>>,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        for window in closed {
            self.store
                .commit(Change::none(), self.count(window, now))
                .await?;
        }
        Ok(())
    }

    fn count(&self, window: Closed<Kind>, now: Timestamp) -> AuditEvent {
        let Closed {
            key,
            since,
            repeats,
        } = window;
        let actor = match key.who {
            Who::Principal(principal) => principal,
            Who::Network(_) => Principal::Anonymous,
            Who::Everyone => Principal::System(SystemJob::Housekeeping),
        };
        AuditEvent {
            at: now,
            actor,
            action: Action::RequestDecide,
            object: Object {
                kind: key.about,
                id: key.object.unwrap_or_else(|| DisplayText::lossy("several")),
            },
            outcome: key.outcome,
            reasons: vec![DisplayText::lossy(key.code)],
            application: key.application,
            request: None,
            policy_version: self.policy.load().version(),
            directory_version: self.mirror.directory().version,
            repeats: Some(Repeats {
                since,
                count: repeats,
            }),
            personal: PersonalFields::default(),
        }
    }
}
