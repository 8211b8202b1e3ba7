//! `/sessions` of the API: everybody's.

use super::answer::Done;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::wire::page::{Page, Paging};
use super::wire::session::Session;
use super::wire::texts::Id;
use super::{Noun, forms};
use crate::access::{SessionsEnd, SessionsRead};
use crate::audit::ObjectKind;
use crate::model::{Principal, SessionId, UserId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/sessions", tag = "Noun::Sessions")]
impl Api {
    /// Everybody's sessions, the newest first.
    #[oai(path = "/", method = "get", operation_id = "list_sessions")]
    async fn list_sessions(
        &self,
        call: Allowed<SessionsRead>,
        /// Id of a person: that person's alone.
        user: Query<Option<Id>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Session>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let user = user.0.as_deref();
        let user = user.map(|id| forms::parameter::<UserId>("user", id));
        let user = user.transpose()?.map(Principal::User);
        let wanted = |s: &crate::model::Session| user.is_none_or(|user| s.principal == user);
        Ok(Json(call.services.page_of_sessions(
            call.permit.caller(),
            &paging,
            wanted,
        )))
    }

    /// Ends a session, and those below it, at once.
    #[oai(path = "/:id", method = "delete", operation_id = "end_session")]
    async fn end_session(
        &self,
        call: Allowed<SessionsEnd>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id::<SessionId>(&id)?;
        if !call
            .services
            .sessions
            .list()
            .iter()
            .any(|session| session.id == id)
        {
            return Err(forms::missing("session").into());
        }
        let event = call
            .services
            .session_end(call.permit.caller(), ObjectKind::Session, &id);
        call.services.sessions.end(id, event).await?;
        Ok(Done)
    }
}
