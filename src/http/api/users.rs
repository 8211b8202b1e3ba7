//! `/users` of the API.

use super::Noun;
use super::answer::Done;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::problem::Problem;
use super::wire::directory::{User, UserDetail};
use super::wire::page::Page;
use crate::access::{DirectoryRead, SessionsEnd};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/users", tag = "Noun::Users")]
impl Api {
    /// People, in the order of their logins.
    #[oai(path = "/", method = "get", operation_id = "list_users")]
    async fn list_users(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Part of the name, letters compared without case.
        search: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<User>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One person.
    #[oai(path = "/:id", method = "get", operation_id = "get_user")]
    async fn get_user(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Its id.
        id: Path<String>,
    ) -> Result<Json<UserDetail>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Ends all sessions of a person.
    #[oai(
        path = "/:id/sessions",
        method = "delete",
        operation_id = "end_sessions_of_user"
    )]
    async fn end_sessions_of_user(
        &self,
        _permit: Allowed<SessionsEnd>,
        /// Its id.
        id: Path<String>,
    ) -> Result<Done, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
