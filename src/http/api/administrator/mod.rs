//! `/administrator` of the API: the first administrator.
//!
//! Calls `admin::Bootstrap`. Must never compare the code itself.

pub mod body;

use super::prelude::*;
use body::BootstrapCode;

/// The operations.
pub(super) struct AdministratorApi;

#[OpenApi(prefix_path = "/administrator", tag = "Tag::Administrator")]
impl AdministratorApi {
    /// Makes the caller the first administrator.
    ///
    /// Requires a site administrator of Gitea and the one-time code that `samovar claim-code` prints on the server.
    /// Fails if an administrator exists.
    #[oai(path = "/claim", method = "post", operation_id = "claim_administrator")]
    async fn claim_administrator(
        &self,
        call: SignedIn,
        body: Body<BootstrapCode>,
    ) -> ApiResult<NoContent, OnCreate> {
        let (admin, code) = (&call.services.admin, &call.services.claim);
        let assigned = admin.bootstrap(&call.caller, code, &body.0.0);
        assigned.await?;
        Ok(NoContent)
    }
}
