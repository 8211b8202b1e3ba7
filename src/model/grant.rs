//! Grants: what a person allowed a client, and the family of refresh tokens that rests on it.

use super::{ApplicationId, ClientId, DisplayText, GrantId, Scope, Timestamp, UserId};
use std::net::IpAddr;

/// What a person allowed a client. Holds no secret: a refresh token is derived from the grant's id and generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Public id, for lists and events; worth nothing as a credential.
    pub id: GrantId,
    /// Who allowed it, and in whose name tokens are.
    pub user: UserId,
    /// Whom.
    pub client: ClientId,
    /// For which application; none for Samovar's own command line, which names one each time.
    pub application: Option<ApplicationId>,
    /// No token of the family has a wider scope.
    pub scope: Scope,
    /// Start.
    pub created_at: Timestamp,
    /// Absolute end.
    pub ends_at: Timestamp,
    /// Which refresh token of the family is the present one; 0 was given first.
    pub generation: u32,
    /// When the present one was made.
    pub rotated_at: Timestamp,
    /// The client's address at the start.
    pub address: Option<IpAddr>,
    /// What the client called itself at the start.
    pub user_agent: DisplayText,
}
