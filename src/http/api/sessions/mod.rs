//! `/sessions` of the API: the sessions of all users.
//!
//! Shares its listing and ending with `/me`. Must never show the secret of a session.

pub mod body;

use super::prelude::*;
use crate::access::{Caller, SessionsEnd, SessionsRead};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::http::Problem;
use crate::model::{self, Principal, SessionId, UserId};
use body::Session;
use std::fmt::Display;
use std::sync::Arc;

/// A page of the sessions of this principal, or of all principals, newest first.
pub(super) fn page(
    services: &Services,
    caller: &Caller,
    paging: &Paging,
    principal: Option<Principal>,
) -> Json<Page<Session>> {
    let names = services.names();
    let current = caller.session().map(|session| session.id);
    let sessions = services.sessions.list().into_iter();
    let listed = sessions.filter(|session| principal.is_none_or(|one| session.principal == one));
    let key = |session: &Arc<model::Session>| newest_first(session.created_at, session.id);
    paging.page(listed, key, |session| {
        Session::new(session, current, &names)
    })
}

/// The event for the end of sessions.
pub(super) fn end_event(
    services: &Services,
    caller: &Caller,
    kind: ObjectKind,
    id: &impl Display,
) -> AuditEvent {
    services.event(caller, Action::SessionEnd, Object::new(kind, id))
}

/// Ends a session of this principal, or of any principal, and its child sessions.
pub(super) async fn end(
    services: &Services,
    caller: &Caller,
    id: SessionId,
    principal: Option<Principal>,
) -> Result<NoContent, Problem> {
    let sessions = services.sessions.list();
    let session = sessions.iter().find(|session| session.id == id);
    let session = session.filter(|one| principal.is_none_or(|owner| one.principal == owner));
    session.ok_or_else(|| not_found("session"))?;
    let event = end_event(services, caller, ObjectKind::Session, &id);
    services.sessions.end(id, event).await?;
    Ok(NoContent)
}

/// The operations.
pub(super) struct SessionsApi;

#[OpenApi(prefix_path = "/sessions", tag = "Tag::Sessions")]
impl SessionsApi {
    /// Lists the sessions of all users, newest first.
    #[oai(path = "/", method = "get", operation_id = "list_sessions")]
    async fn list_sessions(
        &self,
        call: Authorized<SessionsRead>,
        /// Only sessions of the user with this id.
        user: Query<Option<Raw<UserId>>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Session>>> {
        let user = optional("user", user.0.as_ref())?.map(Principal::User);
        Ok(page(&call.services, call.permit.caller(), &paging, user))
    }

    /// Ends a session and its child sessions at once.
    #[oai(path = "/:id", method = "delete", operation_id = "end_session")]
    async fn end_session(
        &self,
        call: Authorized<SessionsEnd>,
        /// The id of the session.
        id: Path<Raw<SessionId>>,
    ) -> ApiResult<NoContent, OnObject> {
        Ok(end(&call.services, call.permit.caller(), id.id()?, None).await?)
    }
}
