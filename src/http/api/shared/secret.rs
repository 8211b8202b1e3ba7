//! Secrets of service accounts and clients, in requests and responses.
//!
//! May read the model. Must never show the value of a secret except in the response that creates it.

use super::decode::{Bounded, request};
use super::response::response;
use crate::admin::SecretLifetime;
use crate::model::{MachineSecret, SecretAttention, SecretId, StoredSecret, Timestamp};

response! {
    /// A secret without its value.
    Secret(secret: &StoredSecret, now: Timestamp) {
        /// The id of the secret.
        id: SecretId = secret.id,
        /// The first characters of the secret, to recognize it.
        hint: String = secret.hint.clone(),
        /// When the secret was created.
        created_at: Timestamp = secret.created_at,
        /// When the secret expires.
        expires_at: Timestamp = secret.expires_at,
        /// When the secret was last used, exact to five minutes; absent if it was never used.
        last_used_at: Option<Timestamp> = secret.last_used_at,
        /// Why the secret needs attention; empty if it does not.
        attention: Vec<SecretAttention> = secret.attention(now),
    }
}

/// The secrets of an account or client.
pub fn secrets(secrets: &[StoredSecret], now: Timestamp) -> Vec<Secret> {
    secrets
        .iter()
        .map(|secret| Secret::new(secret, now))
        .collect()
}

/// Whether one of these secrets needs attention.
pub fn needs_attention(secrets: &[StoredSecret], now: Timestamp) -> bool {
    secrets
        .iter()
        .any(|secret| !secret.attention(now).is_empty())
}

response! {
    /// A new secret, which is shown only once.
    NewSecret(record: &StoredSecret, secret: &MachineSecret) {
        /// The id of the secret.
        id: SecretId = record.id,
        /// The value of the secret, which cannot be shown again.
        secret: String = secret.reveal(),
        /// The first characters of the secret, to recognize it.
        hint: String = record.hint.clone(),
        /// When the secret expires.
        expires_at: Timestamp = record.expires_at,
    }
}

request! {
    /// A secret to create.
    SecretDraft for SecretLifetime {
        /// The lifetime of the secret in days, 1 to 365; 90 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "365")))]
        expires_in_days: Option<Bounded<1, 365>>,
    } => Self::days(expires_in_days.map(|days| days.0))?
}
