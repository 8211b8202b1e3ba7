//! Reads the audit log: pages by actor, object, action, outcome and time; each reading is an event.
//!
//! Must never give out a page whose reading is not on disk, nor write the text of a filter into the log: it may hold a
//! name.

use crate::audit::{
    Action, AuditEvent, EventPage, EventQuery, Object, ObjectKind, PersonalFields, Versions,
};
use crate::model::{Clock, Principal, RequestId};
use crate::store::{Change, CommitError, Store, StoreError};
use std::sync::Arc;

/// The page could not be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditLogError {
    /// The log cannot be read.
    #[error("the audit log cannot be read: {0}")]
    Unreadable(#[from] StoreError),
    /// The reading cannot be recorded, and what is not recorded is not given out.
    #[error("reading the audit log cannot be recorded: {0}")]
    Unrecorded(#[from] CommitError),
}

/// Who reads, in which request, under which versions.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Who.
    pub actor: Principal,
    /// The request.
    pub request: Option<RequestId>,
    /// What names the reader at this moment.
    pub personal: PersonalFields,
    /// The policy and the directory that allowed it.
    pub versions: Versions,
}

/// The audit log.
pub struct AuditLog {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl AuditLog {
    /// The log of this store.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// A page, newest first. It does not hold the event of its own reading, which is on disk when this returns.
    pub async fn query(
        &self,
        reader: &Reader,
        query: EventQuery,
    ) -> Result<EventPage, AuditLogError> {
        let event = self.reading(reader, &query);
        let store = self.store.clone();
        let page = tokio::task::spawn_blocking(move || store.events(&query)).await;
        // Work on the disk is dropped only when the server stops.
        let page = page.map_err(|_| StoreError::Closed)??;
        self.store.commit(Change::none(), event).await?;
        Ok(page)
    }

    fn reading(&self, reader: &Reader, query: &EventQuery) -> AuditEvent {
        let object = Object::new(ObjectKind::AuditLog, "events");
        let event = AuditEvent::new(self.clock.now(), reader.actor, Action::AuditLogRead, object)
            .because(filters(query))
            .in_application(query.application)
            .under(reader.versions);
        AuditEvent {
            request: reader.request,
            personal: reader.personal.clone(),
            ..event
        }
    }
}

/// The filters by their values where those are ids, words or numbers of ours; of free text only that there was one.
fn filters(query: &EventQuery) -> Vec<String> {
    let filters = [
        query.actor.map(|actor| format!("actor {actor}")),
        query.object.map(|kind| format!("object {kind}")),
        query.object_id.as_ref().map(|_| "object id".to_owned()),
        query.action.map(|action| format!("action {action}")),
        query.outcome.map(|outcome| format!("outcome {outcome}")),
        query.from.map(|from| format!("from {from}")),
        query.to.map(|to| format!("to {to}")),
        query.before.map(|before| format!("before {before}")),
    ];
    filters.into_iter().flatten().collect()
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
