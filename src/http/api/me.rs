//! `/me` of the API: what everybody who is signed in may see and do.

use super::answer::Done;
use super::caller::SignedIn;
use super::failure::{Failure, OfAll, OfOne};
use super::forms::names::Names;
use super::wire::me::Me;
use super::wire::page::{Page, Paging};
use super::wire::session::Session;
use super::wire::texts::Id;
use super::{Noun, forms};
use crate::audit::ObjectKind;
use crate::model::SessionId;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/me", tag = "Noun::Me")]
impl Api {
    /// Who is signed in.
    #[oai(path = "/", method = "get", operation_id = "get_me")]
    async fn get_me(&self, call: SignedIn) -> Result<Json<Me>, Failure<OfAll>> {
        let (policy, directory) = (
            call.services.admin.policy(),
            call.services.mirror.directory(),
        );
        let names = Names {
            directory: &directory,
            policy: &policy,
        };
        let mut me = forms::me::show(&call.caller, names, call.services.clock.now());
        me.may_claim_administrator &= !call.services.admin.has_administrator();
        Ok(Json(me))
    }

    /// One's own sessions, those at applications among them.
    #[oai(path = "/sessions", method = "get", operation_id = "list_my_sessions")]
    async fn list_my_sessions(
        &self,
        call: SignedIn,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Session>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let mine = |session: &crate::model::Session| session.principal == call.caller.principal();
        Ok(Json(call.services.page_of_sessions(
            &call.caller,
            &paging,
            mine,
        )))
    }

    /// Ends one of one's own sessions, and those below it.
    #[oai(
        path = "/sessions/:id",
        method = "delete",
        operation_id = "end_my_session"
    )]
    async fn end_my_session(
        &self,
        call: SignedIn,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id::<SessionId>(&id)?;
        let sessions = call.services.sessions.list();
        let mut mine = sessions
            .iter()
            .filter(|session| session.principal == call.caller.principal());
        if !mine.any(|session| session.id == id) {
            return Err(forms::missing("session").into());
        }
        let event = call
            .services
            .session_end(&call.caller, ObjectKind::Session, &id);
        call.services.sessions.end(id, event).await?;
        Ok(Done)
    }

    /// Ends all of one's own sessions: sign-out everywhere.
    #[oai(
        path = "/sessions",
        method = "delete",
        operation_id = "end_my_sessions"
    )]
    async fn end_my_sessions(&self, call: SignedIn) -> Result<Done, Failure<OfAll>> {
        let principal = call.caller.principal();
        let event = call
            .services
            .session_end(&call.caller, ObjectKind::User, &principal);
        call.services.sessions.end_all_of(principal, event).await?;
        Ok(Done)
    }
}
