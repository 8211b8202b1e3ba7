//! What was last read of Gitea, as the store keeps it: each record with the instant before its question was sent.

use super::{GiteaUser, GiteaUserId, Organization, Team, Timestamp};
use std::collections::BTreeSet;

/// A Gitea account as last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredUser {
    /// The account with its flags; keyed by `account.id`.
    pub account: GiteaUser,
    /// True once Gitea no longer has it. The record stays, so that the id keeps its person of ours.
    pub gone: bool,
    /// The instant before the question was sent.
    pub asked_at: Timestamp,
}

/// An organization as last read; keyed by `organization.id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredOrganization {
    /// The organization.
    pub organization: Organization,
    /// The instant before the question was sent.
    pub asked_at: Timestamp,
}

/// A team with its members as last read; keyed by `team.id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredTeam {
    /// The team.
    pub team: Team,
    /// Its members.
    pub members: BTreeSet<GiteaUserId>,
    /// The instant before the oldest question on which this rests was sent.
    pub asked_at: Timestamp,
}
