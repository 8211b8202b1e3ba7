//! `/audit-events` of the API.

pub mod body;
mod query;

use super::prelude::*;
use super::shared::page::encode;
use crate::access::{AuditEventsRead, Caller};
use crate::audit::{Action, Object, ObjectKind, Outcome, Versions};
use crate::audit_log::Reader;
use crate::model::{ApplicationId, Timestamp};
use body::AuditEvent;
use query::{QueryParameters, query};

/// The operations.
pub(super) struct AuditEventsApi;

#[OpenApi(prefix_path = "/audit-events", tag = "Tag::AuditEvents")]
impl AuditEventsApi {
    /// Lists events of the audit log, the newest first. Reading it is recorded. A page can be short and still have a
    /// next one.
    #[oai(path = "/", method = "get", operation_id = "list_audit_events")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the query"
    )]
    async fn list_audit_events(
        &self,
        call: Authorized<AuditEventsRead>,
        /// Id of a user, or `service-account:` and an id, `local-operator`, `anonymous`, `system:mirror`.
        actor: Query<Option<String>>,
        /// Such as `role-binding.create`.
        action: Query<Option<String>>,
        /// Such as `role-binding`.
        object_kind: Query<Option<String>>,
        /// Id of the object, exactly.
        object: Query<Option<String>>,
        /// Id of an application.
        application: Query<Option<Raw<ApplicationId>>>,
        /// The outcome.
        outcome: Query<Option<Outcome>>,
        /// From this instant on (RFC 3339).
        from: Query<Option<Raw<Timestamp>>>,
        /// Before this instant (RFC 3339).
        to: Query<Option<Raw<Timestamp>>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<AuditEvent>>> {
        let parameters = QueryParameters {
            actor: actor.0,
            action: action.0,
            object_kind: object_kind.0,
            object: object.0,
            application: application.0,
            outcome: outcome.0,
            from: from.0,
            to: to.0,
        };
        let query = query(&parameters, &paging)?;
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

/// Who reads the audit log.
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
