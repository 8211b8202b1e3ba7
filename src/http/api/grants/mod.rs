//! `/grants` of the API: the grants of all users.
//!
//! Shares its listing with `/me`. Must never create a grant: only a user's consent does.

pub mod body;

use super::prelude::*;
use crate::access::{GrantsEnd, GrantsRead};
use crate::model::{self, GrantId, UserId};
use body::Grant;

/// A page of these grants, newest first.
pub(super) fn page<'a>(
    services: &Services,
    paging: &Paging,
    grants: impl Iterator<Item = &'a model::Grant>,
) -> Json<Page<Grant>> {
    let (names, clients) = (services.names(), services.admin.clients());
    let key = |grant: &&model::Grant| newest_first(grant.created_at, grant.id);
    paging.page(grants, key, |grant| Grant::new(grant, &clients, &names))
}

/// The operations.
pub(super) struct GrantsApi;

#[OpenApi(prefix_path = "/grants", tag = "Tag::Grants")]
impl GrantsApi {
    /// Lists the grants of all users, newest first.
    #[oai(path = "/", method = "get", operation_id = "list_grants")]
    async fn list_grants(
        &self,
        call: Authorized<GrantsRead>,
        /// Only grants of the user with this id.
        user: Query<Option<Raw<UserId>>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Grant>>> {
        let user = optional("user", user.0.as_ref())?;
        let grants = call.services.admin.grants();
        let listed = grants.iter();
        let listed = listed.filter(|grant| user.is_none_or(|user| grant.user == user));
        Ok(page(&call.services, &paging, listed))
    }

    /// Ends a grant and revokes every token based on it.
    #[oai(path = "/:id", method = "delete", operation_id = "end_grant")]
    async fn end_grant(
        &self,
        call: Authorized<GrantsEnd>,
        /// The id of the grant.
        id: Path<Raw<GrantId>>,
    ) -> ApiResult<NoContent, OnObject> {
        call.services.admin.end_grant(call.permit, id.id()?).await?;
        Ok(NoContent)
    }
}
