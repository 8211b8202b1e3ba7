//! `/administrator` of the API: the first administrator.

pub mod body;

use super::prelude::*;
use body::ClaimCode;

/// The operations.
pub(super) struct AdministratorApi;

#[OpenApi(prefix_path = "/administrator", tag = "Tag::Administrator")]
impl AdministratorApi {
    /// Makes the caller, a site administrator of Gitea, an administrator, if no person is one.
    #[oai(path = "/claim", method = "post", operation_id = "claim_administrator")]
    async fn claim_administrator(
        &self,
        call: SignedIn,
        body: Body<ClaimCode>,
    ) -> ApiResult<NoContent, OnCreate> {
        let services = &call.services;
        let claimed = services
            .admin
            .bootstrap(&call.caller, &services.claim, &body.0.0);
        claimed.await?;
        Ok(NoContent)
    }
}
