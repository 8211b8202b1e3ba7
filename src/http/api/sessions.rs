//! `/sessions` of the API.

use super::Noun;
use super::answer::Done;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::problem::Problem;
use super::wire::page::Page;
use super::wire::session::Session;
use crate::access::{SessionsEnd, SessionsRead};
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
        _permit: Allowed<SessionsRead>,
        /// Id of a person: that person's alone.
        user: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Session>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Ends a session, and those below it, at once.
    #[oai(path = "/:id", method = "delete", operation_id = "end_session")]
    async fn end_session(
        &self,
        _permit: Allowed<SessionsEnd>,
        /// Its id.
        id: Path<String>,
    ) -> Result<Done, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
