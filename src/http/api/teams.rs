//! `/teams` of the API.

use super::Noun;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::problem::Problem;
use super::wire::directory::{Team, User};
use super::wire::page::Page;
use crate::access::DirectoryRead;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/teams", tag = "Noun::Teams")]
impl Api {
    /// Teams, in the order of their organizations' names and their own.
    #[oai(path = "/", method = "get", operation_id = "list_teams")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the address"
    )]
    async fn list_teams(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Gitea's numeric id of an organization: its teams alone.
        organization: Query<Option<i64>>,
        /// Part of the name, letters compared without case.
        search: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Team>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One team.
    #[oai(path = "/:id", method = "get", operation_id = "get_team")]
    async fn get_team(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<i64>,
    ) -> Result<Json<Team>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// People in the team.
    #[oai(
        path = "/:id/members",
        method = "get",
        operation_id = "list_members_of_team"
    )]
    async fn list_members_of_team(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<i64>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<User>>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
