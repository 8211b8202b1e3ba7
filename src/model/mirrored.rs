//! Objects as last read from Gitea, each with the instant before its request was sent.

use super::{GiteaUser, GiteaUserId, Organization, Team, Timestamp};
use std::collections::BTreeSet;

/// A Gitea account as last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredUser {
    /// The account; keyed by `account.id`.
    pub account: GiteaUser,
    /// True once Gitea no longer has it. It stays stored, so that the id keeps its person.
    pub gone: bool,
    /// The instant before the request was sent.
    pub asked_at: Timestamp,
}

/// An organization as last read; keyed by `organization.id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredOrganization {
    /// The organization.
    pub organization: Organization,
    /// The instant before the request was sent.
    pub asked_at: Timestamp,
}

/// A team with its members as last read; keyed by `team.id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredTeam {
    /// The team.
    pub team: Team,
    /// Its members.
    pub members: BTreeSet<GiteaUserId>,
    /// The instant before the oldest request for its members was sent.
    pub asked_at: Timestamp,
}
