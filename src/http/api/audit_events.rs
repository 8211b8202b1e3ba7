//! `/audit-events` of the API.

use super::Noun;
use super::caller::Allowed;
use super::failure::{Failure, OfAll};
use super::forms::audit_event::{Asked, read, show};
use super::wire::audit_event::{AuditEvent, Outcome};
use super::wire::page::{Page, Paging, encode};
use super::wire::texts::{Id, Time};
use crate::access::AuditEventsRead;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/audit-events", tag = "Noun::AuditEvents")]
impl Api {
    /// The audit log, the newest first. Reading it is recorded. A page can be short and still have a next one.
    #[oai(path = "/", method = "get", operation_id = "list_audit_events")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the address"
    )]
    async fn list_audit_events(
        &self,
        call: Allowed<AuditEventsRead>,
        /// Id of a user, or `service-account:` and an id, `local-operator`, `anonymous`, `system:mirror`.
        actor: Query<Option<String>>,
        /// Such as `role-binding.create`.
        action: Query<Option<String>>,
        /// Such as `role-binding`.
        object_kind: Query<Option<String>>,
        /// Id of the object, exactly.
        object: Query<Option<String>>,
        /// Id of an application.
        application: Query<Option<Id>>,
        /// How it ended.
        outcome: Query<Option<Outcome>>,
        /// From this instant on (RFC 3339).
        from: Query<Option<Time>>,
        /// Before this instant (RFC 3339).
        to: Query<Option<Time>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<AuditEvent>>, Failure<OfAll>> {
        let asked = Asked {
            actor: actor.0.as_deref(),
            action: action.0.as_deref(),
            object_kind: object_kind.0.as_deref(),
            object: object.0.as_deref(),
            application: application.0.as_deref(),
            outcome: outcome.0,
            from: from.0.as_deref(),
            to: to.0.as_deref(),
        };
        let query = read(&asked, &Paging::read(cursor.0.as_deref(), limit.0)?)?;
        let services = &call.services;
        let reader = services.reader(call.permit.caller());
        let page = services.audit_log.query(&reader, query).await?;
        let sources = services.sources();
        let names = sources.names();
        Ok(Json(Page {
            items: page.events.iter().map(|event| show(event, names)).collect(),
            next_cursor: page.next.map(|before| encode(&before.to_string())),
        }))
    }
}
