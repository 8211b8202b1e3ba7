//! `/mirror` of the API.

use super::caller::Allowed;
use super::failure::{Failure, OfAll};
use super::wire::mirror::Mirror;
use super::{Noun, forms};
use crate::access::{MirrorRead, MirrorSync};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/mirror", tag = "Noun::Mirror")]
impl Api {
    /// What the mirror knows, and how well it gets on with Gitea.
    #[oai(path = "/", method = "get", operation_id = "get_mirror")]
    async fn get_mirror(&self, call: Allowed<MirrorRead>) -> Result<Json<Mirror>, Failure<OfAll>> {
        Ok(Json(forms::mirror::show(&call.services.mirror.status())))
    }

    /// Reads everything from Gitea now, and answers when that is done.
    #[oai(path = "/sync", method = "post", operation_id = "sync_mirror")]
    async fn sync_mirror(&self, call: Allowed<MirrorSync>) -> Result<Json<Mirror>, Failure<OfAll>> {
        call.services.admin.sync_mirror(call.permit).await?;
        Ok(Json(forms::mirror::show(&call.services.mirror.status())))
    }
}
