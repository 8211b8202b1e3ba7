//! `/users` of the API.

use super::answer::Done;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::wire::directory::{User, UserDetail};
use super::wire::page::{Page, Paging};
use super::wire::texts::Id;
use super::{Noun, forms};
use crate::access::{DirectoryRead, GrantsEnd, SessionsEnd};
use crate::audit::ObjectKind;
use crate::model::{Principal, UserId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/users", tag = "Noun::Users")]
impl Api {
    /// People, in the order of their logins; who has exactly the login that is searched for comes first.
    #[oai(path = "/", method = "get", operation_id = "list_users")]
    async fn list_users(
        &self,
        call: Allowed<DirectoryRead>,
        /// Part of the login, of `provider:login` of another provider's person, or of the full name; letters compared
        /// without case.
        search: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<User>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let directory = call.services.mirror.directory();
        let wanted = forms::Search::new(search.0.as_deref());
        let users = directory.users.values().filter(|user| {
            wanted.finds(&user.qualified_login()) || wanted.finds(user.full_name.as_str())
        });
        Ok(Json(paging.cut(
            users,
            |user| forms::directory::found_key(user, &wanted),
            |user| forms::directory::show_user(user),
        )))
    }

    /// One person.
    #[oai(path = "/:id", method = "get", operation_id = "get_user")]
    async fn get_user(
        &self,
        call: Allowed<DirectoryRead>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Json<UserDetail>, Failure<OfOne>> {
        let id = forms::id::<UserId>(&id)?;
        let directory = call.services.mirror.directory();
        let user = directory.user(id).ok_or_else(|| forms::missing("user"))?;
        Ok(Json(forms::directory::show_detail(user, &directory)))
    }

    /// Ends all sessions of a person, at applications too.
    #[oai(
        path = "/:id/sessions",
        method = "delete",
        operation_id = "end_sessions_of_user"
    )]
    async fn end_sessions_of_user(
        &self,
        call: Allowed<SessionsEnd>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id::<UserId>(&id)?;
        if call.services.mirror.directory().user(id).is_none() {
            return Err(forms::missing("user").into());
        }
        let event = call
            .services
            .session_end(call.permit.caller(), ObjectKind::User, &id);
        call.services
            .sessions
            .end_all_of(Principal::User(id), event)
            .await?;
        Ok(Done)
    }

    /// Refuses every token of a person that was issued up to now, and ends all that the person allowed clients.
    #[oai(
        path = "/:id/tokens",
        method = "delete",
        operation_id = "revoke_tokens_of_user"
    )]
    async fn revoke_tokens_of_user(
        &self,
        call: Allowed<GrantsEnd>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        let admin = &call.services.admin;
        admin.revoke_tokens_of_user(call.permit, id).await?;
        Ok(Done)
    }
}
