//! `/organizations` of the API.

use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::wire::directory::{Organization, User};
use super::wire::page::{Page, Paging};
use super::wire::texts::GiteaId;
use super::{Noun, forms};
use crate::access::DirectoryRead;
use crate::model::OrganizationId;
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
        call: Allowed<DirectoryRead>,
        /// Part of the name, letters compared without case.
        search: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Organization>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let directory = call.services.mirror.directory();
        let wanted = forms::Search::new(search.0.as_deref());
        let organizations = directory.organizations.values();
        Ok(Json(paging.cut(
            organizations.filter(|organization| wanted.finds(organization.name.as_str())),
            |organization| forms::directory::organization_key(organization),
            |organization| forms::directory::show_organization(organization, &directory),
        )))
    }

    /// One organization.
    #[oai(path = "/:id", method = "get", operation_id = "get_organization")]
    async fn get_organization(
        &self,
        call: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<GiteaId>,
    ) -> Result<Json<Organization>, Failure<OfOne>> {
        let id = forms::id::<OrganizationId>(&id)?;
        let directory = call.services.mirror.directory();
        let organization = directory.organizations.get(&id);
        let organization = organization.ok_or_else(|| forms::missing("organization"))?;
        Ok(Json(forms::directory::show_organization(
            organization,
            &directory,
        )))
    }

    /// People in at least one of the organization's teams.
    #[oai(
        path = "/:id/members",
        method = "get",
        operation_id = "list_members_of_organization"
    )]
    async fn list_members_of_organization(
        &self,
        call: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<GiteaId>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<User>>, Failure<OfOne>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let id = forms::id::<OrganizationId>(&id)?;
        let directory = call.services.mirror.directory();
        if !directory.organizations.contains_key(&id) {
            return Err(forms::missing("organization").into());
        }
        Ok(Json(paging.cut(
            forms::directory::members(id, &directory),
            |user| forms::directory::user_key(user),
            |user| forms::directory::show_user(user),
        )))
    }
}
