//! `/users` of the API: the users of the directory, and the end of their sessions and tokens.
//!
//! Must never change a user: the provider is the source.

pub mod body;

use super::prelude::*;
use super::sessions;
use crate::access::{DirectoryRead, GrantsEnd, SessionsEnd};
use crate::audit::ObjectKind;
use crate::model::{DirectoryUser, Principal, UserId};
use body::{User, UserDetail};
use std::sync::Arc;

fn key(user: &DirectoryUser) -> String {
    by_name(user.login.as_str(), user.id)
}

/// A page of these users in the order of their logins.
pub(super) fn page<'a>(
    paging: &Paging,
    users: impl Iterator<Item = &'a DirectoryUser>,
) -> Json<Page<User>> {
    paging.page(users, |user| key(user), |user| User::new(user))
}

/// Sorts an exact match first, then the users with the login at any provider.
pub(super) fn search_key(user: &DirectoryUser, search: &Search) -> String {
    let rank = if search.equals(&user.qualified_login()) {
        0
    } else if search.equals(user.login.as_str()) {
        1
    } else {
        2
    };
    format!("{rank}{}", key(user))
}

/// The operations.
pub(super) struct UsersApi;

#[OpenApi(prefix_path = "/users", tag = "Tag::Users")]
impl UsersApi {
    /// Lists users in the order of their logins; exact matches of `search` come first.
    #[oai(path = "/", method = "get", operation_id = "list_users")]
    async fn list_users(
        &self,
        call: Authorized<DirectoryRead>,
        /// Only users with this text in the login (`provider:login` at another provider) or full name, compared without
        /// case.
        search: Query<Option<String>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<User>>> {
        let directory = call.services.mirror.directory();
        let search = Search::new(search.0.as_deref());
        let users = directory.users.values();
        let found = users.filter(|user| {
            search.is_in(&user.qualified_login()) || search.is_in(user.full_name.as_str())
        });
        let key = |user: &&Arc<DirectoryUser>| search_key(user, &search);
        Ok(paging.page(found, key, |user| User::new(user)))
    }

    /// Gets a user.
    #[oai(path = "/:id", method = "get", operation_id = "get_user")]
    async fn get_user(
        &self,
        call: Authorized<DirectoryRead>,
        /// The id of the user.
        id: Path<Raw<UserId>>,
    ) -> ApiResult<Json<UserDetail>, OnObject> {
        let directory = call.services.mirror.directory();
        let user = directory.user(id.id()?).ok_or_else(|| not_found("user"))?;
        Ok(Json(UserDetail::new(user, &directory)))
    }

    /// Ends all sessions of a user, including those at applications.
    #[oai(
        path = "/:id/sessions",
        method = "delete",
        operation_id = "end_sessions_of_user"
    )]
    async fn end_sessions_of_user(
        &self,
        call: Authorized<SessionsEnd>,
        /// The id of the user.
        id: Path<Raw<UserId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let (id, services) = (id.id()?, &call.services);
        let directory = services.mirror.directory();
        directory.user(id).ok_or_else(|| not_found("user"))?;
        let event = sessions::end_event(services, call.permit.caller(), ObjectKind::User, &id);
        let ended = services.sessions.end_all_of(Principal::User(id), event);
        ended.await?;
        Ok(NoContent)
    }

    /// Revokes all tokens issued to a user until now and ends the user's grants.
    #[oai(
        path = "/:id/tokens",
        method = "delete",
        operation_id = "revoke_tokens_of_user"
    )]
    async fn revoke_tokens_of_user(
        &self,
        call: Authorized<GrantsEnd>,
        /// The id of the user.
        id: Path<Raw<UserId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let admin = &call.services.admin;
        admin.revoke_tokens_of_user(call.permit, id.id()?).await?;
        Ok(NoContent)
    }
}
