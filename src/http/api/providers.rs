//! `/providers` of the API.

use super::caller::Allowed;
use super::failure::{Failure, OfAll};
use super::wire::provider::ProviderList;
use super::{Noun, forms};
use crate::access::ProvidersRead;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/providers", tag = "Noun::Providers")]
impl Api {
    /// Every provider: how well it is got on with, and what its groups claim gives. Gitea comes first.
    #[oai(path = "/", method = "get", operation_id = "list_providers")]
    async fn list_providers(
        &self,
        call: Allowed<ProvidersRead>,
    ) -> Result<Json<ProviderList>, Failure<OfAll>> {
        let services = &call.services;
        let reports = services.providers.reports(call.permit, &services.mirror);
        Ok(Json(forms::provider::show(&reports.await)))
    }
}
