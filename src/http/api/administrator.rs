//! `/administrator` of the API: the first one.

use super::Noun;
use super::answer::Done;
use super::body::Body;
use super::caller::SignedIn;
use super::failure::{Failure, OfNew};
use super::wire::me::Claim;
use poem_openapi::OpenApi;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/administrator", tag = "Noun::Administrator")]
impl Api {
    /// Makes the caller, a site administrator of Gitea, administrator, while no person is.
    #[oai(path = "/claim", method = "post", operation_id = "claim_administrator")]
    async fn claim_administrator(
        &self,
        call: SignedIn,
        body: Body<Claim>,
    ) -> Result<Done, Failure<OfNew>> {
        let services = &call.services;
        let (admin, claim) = (&services.admin, &services.claim);
        admin.bootstrap(&call.caller, claim, &body.0.code).await?;
        Ok(Done)
    }
}
