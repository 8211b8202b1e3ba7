//! `/providers` of the API: the identity providers.
//!
//! Reads their state. Must never change their configuration.

pub mod body;

use super::prelude::*;
use crate::access::ProvidersRead;
use body::ProviderList;

/// The operations.
pub(super) struct ProvidersApi;

#[OpenApi(prefix_path = "/providers", tag = "Tag::Providers")]
impl ProvidersApi {
    /// Lists the identity providers with their state and groups, Gitea first.
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
