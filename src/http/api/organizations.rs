//! `/organizations` of the API.

use super::Noun;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::problem::Problem;
use super::wire::directory::{Organization, User};
use super::wire::page::Page;
use crate::access::DirectoryRead;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/organizations", tag = "Noun::Organizations")]
impl Api {
    /// Organizations, in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_organizations")]
    async fn list_organizations(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Part of the name, letters compared without case.
        search: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Organization>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One organization.
    #[oai(path = "/:id", method = "get", operation_id = "get_organization")]
    async fn get_organization(
        &self,
        _permit: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<i64>,
    ) -> Result<Json<Organization>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// People in at least one of the organization's teams.
    #[oai(
        path = "/:id/members",
        method = "get",
        operation_id = "list_members_of_organization"
    )]
    async fn list_members_of_organization(
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
