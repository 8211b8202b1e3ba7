//! `/providers` of the API.

pub mod body;

use super::prelude::*;
use crate::access::ProvidersRead;
use body::ProviderList;

/// The operations.
pub(super) struct ProvidersApi;

#[OpenApi(prefix_path = "/providers", tag = "Tag::Providers")]
impl ProvidersApi {
    /// Lists identity providers with their state and groups. Gitea comes first.
    #[oai(path = "/", method = "get", operation_id = "list_providers")]
    async fn list_providers(
        &self,
        call: Authorized<ProvidersRead>,
    ) -> ApiResult<Json<ProviderList>> {
        let services = &call.services;
        let reports = services.providers.reports(call.permit, &services.mirror);
        Ok(Json(ProviderList::new(&reports.await)))
    }
}
