//! `/audit-events` of the API.

use super::Noun;
use super::caller::Allowed;
use super::failure::{Failure, OfAll};
use super::problem::Problem;
use super::wire::audit_event::{AuditEvent, Outcome};
use super::wire::page::Page;
use crate::access::AuditEventsRead;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/audit-events", tag = "Noun::AuditEvents")]
impl Api {
    /// The audit log, the newest first. Reading it is recorded.
    #[oai(path = "/", method = "get", operation_id = "list_audit_events")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the address"
    )]
    async fn list_audit_events(
        &self,
        _permit: Allowed<AuditEventsRead>,
        /// Id of a user or service account, or `local-operator`, `anonymous`, `system`.
        actor: Query<Option<String>>,
        /// Such as `role-binding.create`.
        action: Query<Option<String>>,
        /// Id of the object, such as a role's.
        object: Query<Option<String>>,
        /// Id of an application.
        application: Query<Option<String>>,
        /// How it ended.
        outcome: Query<Option<Outcome>>,
        /// From this instant on (RFC 3339).
        from: Query<Option<String>>,
        /// Before this instant (RFC 3339).
        to: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<AuditEvent>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
