//! Records decisions in the journal: which are written one by one, and by what repeats are counted.
//!
//! Must never put text that a caller chose into a counting key.

use super::RequestOrigin;
use super::decision_record::{DecisionObject, DecisionRecord};
use crate::audit::{Action, AuditEvent};
use crate::audit_log::{Journal, RepeatKey};
use crate::model::{AuditMode, Principal};
use crate::store::CommitError;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

/// Records decisions.
pub struct DecisionRecorder {
    journal: Arc<Journal>,
    hasher: RandomState,
}

impl DecisionRecorder {
    /// In this journal.
    pub fn new(journal: Arc<Journal>) -> Self {
        Self {
            journal,
            hasher: RandomState::new(),
        }
    }

    /// Writes the decision and waits, or counts it. An allowed request that may change something is always written.
    pub(crate) async fn record(
        &self,
        record: &DecisionRecord,
        origin: &RequestOrigin,
    ) -> Result<(), CommitError> {
        let read = record.safe && record.denial.is_none();
        if read && record.mode == AuditMode::Denials {
            return Ok(());
        }
        let event = || self.event(record, origin);
        let countable = record.may_be_counted();
        match (record.principal(), countable) {
            (Principal::Anonymous, true) => {
                let kind = record.anonymous_kind();
                self.journal
                    .record_anonymous(kind, origin.address, event)
                    .await
            }
            (Principal::Anonymous, false) => {
                let kind = record.anonymous_kind();
                self.journal.record_each_anonymous(kind, event).await
            }
            (_, true) => {
                let every = record.mode == AuditMode::Every;
                self.journal.record(&self.key(record), every, event).await
            }
            (_, false) => self.journal.write(event()).await,
        }
    }

    fn key(&self, record: &DecisionRecord) -> RepeatKey {
        let client = record.asked_by;
        let object = match &record.object {
            DecisionObject::Request { .. } => record.route().map(|route| {
                let parameters = record.decision.as_ref().map(|one| &one.parameters);
                self.hasher.hash_one((route, parameters, client))
            }),
            DecisionObject::Named(_, text) => Some(self.hasher.hash_one((text.as_str(), client))),
            DecisionObject::Unnamed(_) => None,
        };
        // Objects that are counted together are counted for each client that asks.
        let object = object.or_else(|| client.map(|client| self.hasher.hash_one(client)));
        RepeatKey {
            principal: record.principal(),
            application: record.application,
            object_kind: record.object.kind(),
            object,
            outcome: record.outcome(),
            code: record.code(),
        }
    }

    fn event(&self, record: &DecisionRecord, origin: &RequestOrigin) -> AuditEvent {
        let actor = record.principal();
        let event = self
            .journal
            .event(actor, Action::RequestDecide, record.object());
        let event = event
            .with_outcome(record.outcome())
            .because(record.reasons())
            .in_application(record.application)
            .under(record.versions);
        origin.of(record.login(), event)
    }
}
