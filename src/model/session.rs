//! Sessions of browsers at Samovar and at application hosts.
//!
//! Has hashes of secrets, never a secret: a reader of the store cannot use a session.

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

/// Where a session is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionPlace {
    /// At Samovar (a parent).
    Samovar,
    /// At one host of an application (a child). Ends with its parent.
    Application {
        /// The application.
        application: ApplicationId,
        /// The host of its cookie.
        host: HostName,
        /// The session at Samovar from which it was created.
        parent: SessionId,
    },
}

/// The session at the OpenID provider that signed the person in. Its end there ends the session here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSession {
    /// The provider's id of the person.
    pub subject: Subject,
    /// The provider's id of the session (`sid`), if it has one.
    pub sid: Option<String>,
    /// The ID token, which a sign-out at the provider needs (`id_token_hint`).
    pub id_token: Option<Arc<Sealed>>,
}

/// A session of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Public id; not a credential.
    pub id: SessionId,
    /// Hash of the secret in the cookie.
    pub key: SessionKey,
    /// A user, or the local operator after break-glass.
    pub principal: Principal,
    /// Where it is valid.
    pub place: SessionPlace,
    /// The provider that signed the person in; `None` for break-glass.
    pub provider: Option<ProviderId>,
    /// The session there; `None` for break-glass.
    pub provider_session: Option<ProviderSession>,
    /// Start.
    pub created_at: Timestamp,
    /// Last use, exact to five minutes.
    pub last_seen_at: Timestamp,
    /// Absolute end; idle time may end it earlier.
    pub ends_at: Timestamp,
    /// The client's address at the start.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent` at the start.
    pub user_agent: DisplayText,
}
