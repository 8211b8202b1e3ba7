//! `/me` of the API.

use super::Noun;
use super::answer::Done;
use super::caller::SignedIn;
use super::failure::{Failure, OfAll, OfOne};
use super::problem::Problem;
use super::wire::me::Me;
use super::wire::page::Page;
use super::wire::session::Session;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/me", tag = "Noun::Me")]
impl Api {
    /// Who is signed in.
    #[oai(path = "/", method = "get", operation_id = "get_me")]
    async fn get_me(&self, _caller: SignedIn) -> Result<Json<Me>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One's own sessions, those at applications among them.
    #[oai(path = "/sessions", method = "get", operation_id = "list_my_sessions")]
    async fn list_my_sessions(
        &self,
        _caller: SignedIn,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Session>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Ends one of one's own sessions, and those below it.
    #[oai(
        path = "/sessions/:id",
        method = "delete",
        operation_id = "end_my_session"
    )]
    async fn end_my_session(
        &self,
        _caller: SignedIn,
        /// Its id.
        id: Path<String>,
    ) -> Result<Done, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Ends all of one's own sessions: sign-out everywhere.
    #[oai(
        path = "/sessions",
        method = "delete",
        operation_id = "end_my_sessions"
    )]
    async fn end_my_sessions(&self, _caller: SignedIn) -> Result<Done, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
