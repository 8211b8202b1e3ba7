//! `/organizations` of the API: the organizations of the directory.
//!
//! Reads the directory in memory. Must never change it: Gitea is its source.

pub mod body;

use super::prelude::*;
use super::users::{self, body::User};
use crate::access::DirectoryRead;
use crate::model::OrganizationId;
use body::{Organization, members};

/// The operations.
pub(super) struct OrganizationsApi;

#[OpenApi(prefix_path = "/organizations", tag = "Tag::Organizations")]
impl OrganizationsApi {
    /// Lists organizations in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_organizations")]
    async fn list_organizations(
        &self,
        call: Authorized<DirectoryRead>,
        /// Only organizations with this text in their name, compared without case.
        search: Query<Option<String>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Organization>>> {
        let directory = call.services.mirror.directory();
        let search = Search::new(search.0.as_deref());
        let organizations = directory.organizations.values();
        Ok(paging.page(
            organizations.filter(|one| search.is_in(one.name.as_str())),
            |one| by_name(one.name.as_str(), one.id),
            |one| Organization::new(one, &directory),
        ))
    }

    /// Gets an organization.
    #[oai(path = "/:id", method = "get", operation_id = "get_organization")]
    async fn get_organization(
        &self,
        call: Authorized<DirectoryRead>,
        /// The numeric id of the organization in Gitea.
        id: Path<Raw<OrganizationId>>,
    ) -> ApiResult<Json<Organization>, OnObject> {
        let directory = call.services.mirror.directory();
        let organization = directory.organizations.get(&id.id()?);
        let organization = organization.ok_or_else(|| not_found("organization"))?;
        Ok(Json(Organization::new(organization, &directory)))
    }

    /// Lists the users in at least one team of an organization, in the order of their logins.
    #[oai(
        path = "/:id/members",
        method = "get",
        operation_id = "list_members_of_organization"
    )]
    async fn list_members_of_organization(
        &self,
        call: Authorized<DirectoryRead>,
        /// The numeric id of the organization in Gitea.
        id: Path<Raw<OrganizationId>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<User>>, OnObject> {
        let (id, directory) = (id.id()?, call.services.mirror.directory());
        if !directory.organizations.contains_key(&id) {
            return Err(not_found("organization").into());
        }
        Ok(users::page(&paging, members(id, &directory)))
    }
}
