//! Secrets of service accounts and clients, in requests and responses.

use super::decode::{Bounded, request};
use super::response::response;
use crate::admin::SecretLifetime;
use crate::model::{MachineSecret, SecretAttention, SecretId, StoredSecret, Timestamp};

response! {
    /// A secret without its value.
    Secret(secret: &StoredSecret, now: Timestamp) {
        /// Its id.
        id: SecretId = secret.id,
        /// Its first characters.
        hint: String = secret.hint.clone(),
        /// When it was created.
        created_at: Timestamp = secret.created_at,
        /// When it expires.
        expires_at: Timestamp = secret.expires_at,
        /// Last use, exact to five minutes; absent when it was never used.
        last_used_at: Option<Timestamp> = secret.last_used_at,
        /// Why it needs attention; empty when it does not.
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

/// Does one of these secrets need attention?
pub fn needs_attention(secrets: &[StoredSecret], now: Timestamp) -> bool {
    secrets
        .iter()
        .any(|secret| !secret.attention(now).is_empty())
}

response! {
    /// A new secret, shown only once.
    NewSecret(record: &StoredSecret, secret: &MachineSecret) {
        /// Its id.
        id: SecretId = record.id,
        /// The secret itself. It cannot be shown again.
        secret: String = secret.reveal(),
        /// Its first characters, to recognize it later.
        hint: String = record.hint.clone(),
        /// When it expires.
        expires_at: Timestamp = record.expires_at,
    }
}

request! {
    /// The settings of a new secret.
    SecretDraft for SecretLifetime {
        /// Its lifetime in days; 90 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "365")))]
        expires_in_days: Option<Bounded<1, 365>>,
    } => Self::days(expires_in_days.map(|days| days.0))?
}
