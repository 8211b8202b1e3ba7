//! Signing keys in requests and responses.

use crate::http::api::prelude::*;
use crate::model::{KeyId, SigningAlgorithm, Timestamp};
use crate::token::{KeyState, KeyView};

response! {
    /// A key that signs tokens.
    SigningKey(key: &KeyView) {
        /// `kid`.
        id: KeyId = key.id,
        /// Its algorithm.
        algorithm: SigningAlgorithm = key.algorithm,
        /// What it is used for now.
        state: KeyState = key.state,
        /// When it was published.
        created_at: Timestamp = key.made_at,
        /// When it begins to sign.
        signs_from: Timestamp = key.signs_from,
    }
}

response! {
    /// The published keys.
    SigningKeys(keys: &[KeyView]) {
        /// The key that signs last comes first.
        items: Vec<SigningKey> = keys.iter().map(SigningKey::new).collect(),
    }
}

/// The rotation of a signing key.
pub struct RotationRequest {
    /// Which algorithm gets another key.
    pub algorithm: SigningAlgorithm,
    /// Whether the new key signs at once.
    pub immediately: bool,
}

request! {
    /// The rotation of a signing key.
    Rotation for RotationRequest {
        /// The algorithm.
        algorithm: SigningAlgorithm,
        /// The present key may have leaked: the new one signs at once, and every token signed before is invalid.
        /// By default the new key signs an hour after it was published, and all tokens stay valid.
        immediately: bool = false,
    } => Self { algorithm, immediately }
}

response! {
    /// The result of a rotation.
    Rotated(key: Option<&KeyView>) {
        /// The new key; absent when one was already published and does not sign yet.
        key: Option<SigningKey> = key.map(SigningKey::new),
    }
}
