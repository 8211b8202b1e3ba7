//! `/signing-keys` of the API: the keys that sign tokens.

use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll};
use super::wire::token::{Rotated, Rotation, SigningKeys};
use super::{Noun, forms};
use crate::access::{SigningKeysRead, SigningKeysRotate};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/signing-keys", tag = "Noun::SigningKeys")]
impl Api {
    /// The keys that are published, the one that signs last first.
    #[oai(path = "/", method = "get", operation_id = "list_signing_keys")]
    async fn list_signing_keys(
        &self,
        call: Allowed<SigningKeysRead>,
    ) -> Result<Json<SigningKeys>, Failure<OfAll>> {
        let keys = call.services.admin.signing_keys();
        let items = keys.iter().map(forms::token::show_key).collect();
        Ok(Json(SigningKeys { items }))
    }

    /// Publishes another key, which signs an hour later, or at once; then what was signed before is refused.
    #[oai(path = "/rotate", method = "post", operation_id = "rotate_signing_key")]
    async fn rotate_signing_key(
        &self,
        call: Allowed<SigningKeysRotate>,
        body: Body<Rotation>,
    ) -> Result<Json<Rotated>, Failure<OfAll>> {
        let algorithm = forms::token::read_algorithm(&body.0);
        let admin = &call.services.admin;
        let made = if body.0.immediately {
            Some(admin.replace_signing_key(call.permit, algorithm).await?)
        } else {
            admin.rotate_signing_key(call.permit, algorithm).await?
        };
        Ok(Json(Rotated {
            key: made.as_ref().map(forms::token::show_key),
        }))
    }
}
