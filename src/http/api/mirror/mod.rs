//! `/mirror` of the API: the state of the mirror, and a full sync on request.
//!
//! May read the mirror's status. Must never call Gitea itself.

pub mod body;

use super::prelude::*;
use crate::access::{MirrorRead, MirrorSync};
use body::Mirror;

/// The operations.
pub(super) struct MirrorApi;

#[OpenApi(prefix_path = "/mirror", tag = "Tag::Mirror")]
impl MirrorApi {
    /// Gets the state of the mirror.
    #[oai(path = "/", method = "get", operation_id = "get_mirror")]
    async fn get_mirror(&self, call: Authorized<MirrorRead>) -> ApiResult<Json<Mirror>> {
        Ok(Json(Mirror::new(&call.services.mirror.status())))
    }

    /// Runs a full sync with Gitea and responds when it is complete.
    #[oai(path = "/sync", method = "post", operation_id = "sync_mirror")]
    async fn sync_mirror(&self, call: Authorized<MirrorSync>) -> ApiResult<Json<Mirror>> {
        call.services.admin.sync_mirror(call.permit).await?;
        Ok(Json(Mirror::new(&call.services.mirror.status())))
    }
}
