//! `/audit-events` of the API.
//!
//! Parses the query and shows the events. Must never read the audit log without recording who reads it.

pub mod body;
mod query;

use super::prelude::*;
use super::shared::page::encode;
use super::shared::schema::keep;
use crate::access::{AuditEventsRead, Caller};
use crate::audit::{Action, EventQuery, Object, ObjectKind, Outcome, Versions};
use crate::audit_log::Reader;
use crate::model::{ApplicationId, DisplayText, Timestamp};
use body::AuditEvent;

/// The operations.
pub(super) struct AuditEventsApi;

#[OpenApi(prefix_path = "/audit-events", tag = "Tag::AuditEvents")]
impl AuditEventsApi {
    /// Lists events of the audit log, newest first.
    ///
    /// The audit log records this request. A page may have fewer than `limit` items and still have a `next_cursor`.
    #[oai(path = "/", method = "get", operation_id = "list_audit_events")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the query"
    )]
    async fn list_audit_events(
        &self,
        call: Authorized<AuditEventsRead>,
        /// Only events of this actor: the id of a user, `service-account:` with an id, `local-operator`, `anonymous`,
        /// or `system:` with a job, such as `system:mirror`.
        actor: Query<Option<String>>,
        /// Only events with this action, such as `role-binding.create`.
        action: Query<Option<String>>,
        /// Only events with this kind of object, such as `role-binding`.
        object_kind: Query<Option<String>>,
        /// Only events with this id of the object, compared exactly.
        object: Query<Option<String>>,
        /// Only events of requests to the application with this id.
        application: Query<Option<Raw<ApplicationId>>>,
        /// Only events with this outcome.
        outcome: Query<Option<Outcome>>,
        /// Only events at or after this instant (RFC 3339).
        from: Query<Option<Raw<Timestamp>>>,
        /// Only events before this instant (RFC 3339).
        to: Query<Option<Raw<Timestamp>>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<AuditEvent>>> {
        let mut errors = FieldErrors::default();
        let query = EventQuery {
            actor: errors.parse("actor", actor.0.as_deref(), query::actor),
            object: errors.parse("object_kind", object_kind.0.as_deref(), query::word),
            object_id: object.0.as_deref().map(DisplayText::lossy),
            application: keep("application", application.0.as_ref(), &mut errors),
            action: errors.parse("action", action.0.as_deref(), query::word),
            outcome: outcome.0,
            from: keep("from", from.0.as_ref(), &mut errors),
            to: keep("to", to.0.as_ref(), &mut errors),
            before: errors.parse("cursor", paging.after(), query::before),
            limit: paging.limit(),
        };
        let query = errors.finish(Some(query))?;
        let services = &call.services;
        let reader = reader(services, call.permit.caller());
        let page = services.audit_log.query(&reader, query).await?;
        let names = services.names();
        let items = page
            .events
            .iter()
            .map(|event| AuditEvent::new(event, &names));
        Ok(Json(Page {
            items: items.collect(),
            next_cursor: page.next.map(|before| encode(&before.to_string())),
        }))
    }
}

/// The reader of the audit log, for the event that records it.
fn reader(services: &Services, caller: &Caller) -> Reader {
    let object = Object::new(ObjectKind::AuditLog, "events");
    let event = services.event(caller, Action::AuditLogRead, object);
    Reader {
        actor: event.actor,
        request: event.request,
        personal: event.personal,
        versions: Versions {
            policy: event.policy_version,
            directory: event.directory_version,
        },
    }
}
