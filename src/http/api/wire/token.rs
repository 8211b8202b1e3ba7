//! Grants and signing keys over the wire.

use super::Named;
use super::application::SigningAlgorithm;
use super::texts::{Id, Time};
use poem_openapi::{Enum, Object};

/// What a person allowed a client.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Grant {
    /// Its id; worth nothing as a credential.
    pub id: Id,
    /// Who allowed it.
    pub user: Named,
    /// Whom.
    pub client: Named,
    /// For which application; absent for Samovar's own command line.
    pub application: Option<Named>,
    /// No token is wider.
    pub scope: Vec<String>,
    /// When it began.
    pub created_at: Time,
    /// Last use of its refresh token.
    pub last_used_at: Time,
    /// When it ends in any case.
    pub ends_at: Time,
    /// From where it was begun.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: String,
}

/// What a signing key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum KeyState {
    /// Published, and signs nothing yet.
    Next,
    /// Signs.
    Current,
    /// Signs no more; what it signed is still verified.
    Retired,
}

/// A key that signs tokens.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct SigningKey {
    /// `kid`.
    pub id: Id,
    /// What it signs by.
    pub algorithm: SigningAlgorithm,
    /// What it does now.
    pub state: KeyState,
    /// Published from.
    pub created_at: Time,
    /// Signs from.
    pub signs_from: Time,
}

/// The keys that are published.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct SigningKeys {
    /// The one that signs last first.
    pub items: Vec<SigningKey>,
}

/// Which algorithm gets another key.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Rotation {
    /// The algorithm.
    pub algorithm: SigningAlgorithm,
    /// Somebody may have copied the present key: the new one signs at once, and every token that was signed before is
    /// refused. Otherwise it signs an hour after it was published, and nothing is refused.
    #[oai(default)]
    #[serde(default)]
    pub immediately: bool,
}

/// What came of a rotation.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Rotated {
    /// The new key; absent when one was on its way already.
    pub key: Option<SigningKey>,
}
