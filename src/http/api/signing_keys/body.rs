//! Signing keys in requests and responses.
//!
//! May read the public view of a key. Must never show a private key.

use crate::http::api::prelude::*;
use crate::model::{KeyId, SigningAlgorithm, Timestamp};
use crate::token::{KeyState, KeyView};

response! {
    /// A key that signs tokens.
    SigningKey(key: &KeyView) {
        /// The id of the key, which is the `kid` of its tokens.
        id: KeyId = key.id,
        /// The algorithm of the key.
        algorithm: SigningAlgorithm = key.algorithm,
        /// The current use of the key.
        state: KeyState = key.state,
        /// When the key was published.
        created_at: Timestamp = key.made_at,
        /// When the key begins to sign.
        signs_from: Timestamp = key.signs_from,
    }
}

response! {
    /// The published signing keys.
    SigningKeys(keys: &[KeyView]) {
        /// The keys in descending order of `signs_from`.
        items: Vec<SigningKey> = keys.iter().map(SigningKey::new).collect(),
    }
}

/// The rotation of a signing key.
pub struct RotationRequest {
    /// The algorithm of the new key.
    pub algorithm: SigningAlgorithm,
    /// Whether the new key signs at once.
    pub immediately: bool,
}

request! {
    /// The rotation of a signing key.
    Rotation for RotationRequest {
        /// The algorithm of the new key.
        algorithm: SigningAlgorithm,
        /// True if the current key may have leaked: the new key signs at once, and every earlier token is invalid. By
        /// default the new key signs an hour after its publication, and all tokens stay valid.
        immediately: bool = false,
    } => Self { algorithm, immediately }
}

response! {
    /// The result of a rotation.
    Rotated(key: Option<&KeyView>) {
        /// The new key; absent if a key that does not sign yet was already published.
        key: Option<SigningKey> = key.map(SigningKey::new),
    }
}
