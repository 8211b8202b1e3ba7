//! Sessions: a browser's sign-in at Samovar, or at one application host below it.
//!
//! Holds hashes of secrets, never a secret: whoever reads the store cannot use a session.

use super::{
    ApplicationId, DisplayText, HostName, Principal, ProviderId, Sealed, SessionId, Subject,
    Timestamp,
};
use std::net::IpAddr;
use std::sync::Arc;

/// SHA-256 of the 256-bit secret in the cookie.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// From the digest.
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Where a session holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionPlace {
    /// At Samovar itself (a parent).
    Samovar,
    /// At one host of an application (a child): ends with its parent.
    Application {
        /// The application.
        application: ApplicationId,
        /// The one host at which its cookie was set.
        host: HostName,
        /// The session at Samovar from which it was handed over.
        parent: SessionId,
    },
}

/// The sign-in at a provider on which a session rests, by which the provider can end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The person, for the provider.
    pub subject: Subject,
    /// The provider's name for the sign-in, if it has one.
    pub sid: Option<String>,
    /// The ID token of the sign-in, for the one moment in which the person signs out there. Lists share it.
    pub id_token: Option<Arc<Sealed>>,
}

/// A browser's sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Public id, for lists and events; worth nothing as a credential.
    pub id: SessionId,
    /// Hash of the secret.
    pub key: SessionKey,
    /// A user, or the local operator after break-glass.
    pub principal: Principal,
    /// Where it holds.
    pub place: SessionPlace,
    /// Which provider signed the person in; none for break-glass.
    pub provider: Option<ProviderId>,
    /// The sign-in there; none for break-glass.
    pub upstream: Option<Upstream>,
    /// Start.
    pub created_at: Timestamp,
    /// Last use, exact to five minutes.
    pub last_seen_at: Timestamp,
    /// Absolute end; idle time may end it earlier.
    pub ends_at: Timestamp,
    /// The client's address at the start.
    pub address: Option<IpAddr>,
    /// What the client called itself at the start.
    pub user_agent: DisplayText,
}
