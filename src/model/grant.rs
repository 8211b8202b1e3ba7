//! Grants: what a person allowed a client, and the refresh tokens of that grant.

use super::{ApplicationId, ClientId, DisplayText, GrantId, Scope, Timestamp, UserId};
use std::net::IpAddr;

/// What a person allowed a client. Holds no secret: a refresh token is derived from the grant's id and generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Public id; not a credential.
    pub id: GrantId,
    /// The person who allowed it; tokens are in this person's name.
    pub user: UserId,
    /// The allowed client.
    pub client: ClientId,
    /// The application of the tokens; `None` for Samovar's command line, whose requests name one.
    pub application: Option<ApplicationId>,
    /// The widest scope of its tokens.
    pub scope: Scope,
    /// Start.
    pub created_at: Timestamp,
    /// Absolute end.
    pub ends_at: Timestamp,
    /// The generation of the valid refresh token; counted from 0.
    pub generation: u32,
    /// When the valid refresh token was issued.
    pub rotated_at: Timestamp,
    /// The client's address at the start.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent` at the start.
    pub user_agent: DisplayText,
}
