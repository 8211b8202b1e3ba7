//! `/signing-keys` of the API: the keys that sign tokens.
//!
//! Calls `admin`. Must never hold a private key.

pub mod body;

use super::prelude::*;
use crate::access::{SigningKeysRead, SigningKeysRotate};
use body::{Rotated, RotationRequest, SigningKeys};

/// The operations.
pub(super) struct SigningKeysApi;

#[OpenApi(prefix_path = "/signing-keys", tag = "Tag::SigningKeys")]
impl SigningKeysApi {
    /// Lists the published signing keys in descending order of `signs_from`.
    #[oai(path = "/", method = "get", operation_id = "list_signing_keys")]
    async fn list_signing_keys(
        &self,
        call: Authorized<SigningKeysRead>,
    ) -> ApiResult<Json<SigningKeys>> {
        Ok(Json(SigningKeys::new(&call.services.admin.signing_keys())))
    }

    /// Publishes a new signing key.
    ///
    /// The new key signs an hour later. With `immediately`, it signs at once, and every earlier token is invalid.
    #[oai(path = "/rotate", method = "post", operation_id = "rotate_signing_key")]
    async fn rotate_signing_key(
        &self,
        call: Authorized<SigningKeysRotate>,
        body: Body<RotationRequest>,
    ) -> ApiResult<Json<Rotated>> {
        let (admin, algorithm) = (&call.services.admin, body.0.algorithm);
        let key = if body.0.immediately {
            Some(admin.replace_signing_key(call.permit, algorithm).await?)
        } else {
            admin.rotate_signing_key(call.permit, algorithm).await?
        };
        Ok(Json(Rotated::new(key.as_ref())))
    }
}
