//! The directory: who is in which team and organization, in memory, with a version.
//!
//! Built by `mirror`, read by everyone; immutable, swapped whole. Changes far more often than the policy.

use super::{
    DisplayText, GiteaUserId, Login, Organization, OrganizationId, Team, TeamId, Timestamp, UserId,
};
use std::collections::HashMap;
use std::sync::Arc;

/// A mirrored person with everything that a decision may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    /// Our id.
    pub id: UserId,
    /// The Gitea account.
    pub gitea: GiteaUserId,
    /// Present login.
    pub login: Login,
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// Address, or empty.
    pub email: DisplayText,
    /// Active, not prohibited, not deleted.
    pub enabled: bool,
    /// Gitea's site administrator.
    pub site_administrator: bool,
    /// Sorted.
    pub teams: Vec<TeamId>,
    /// Sorted; an organization is one of whose teams the person is in.
    pub organizations: Vec<OrganizationId>,
    /// Sorted; organizations in whose owners team the person is.
    pub owner_of: Vec<OrganizationId>,
    /// The instant before the oldest question on which this entry rests was sent.
    pub freshness: Timestamp,
}

/// A mirrored team with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryTeam {
    /// The team.
    pub team: Team,
    /// Sorted.
    pub members: Vec<UserId>,
}

/// Who is in which team and organization.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Grows by one with every change.
    pub version: u64,
    /// By our id.
    pub users: HashMap<UserId, Arc<DirectoryUser>>,
    /// From Gitea's id to ours.
    pub by_gitea: HashMap<GiteaUserId, UserId>,
    /// By Gitea's id.
    pub organizations: HashMap<OrganizationId, Arc<Organization>>,
    /// By Gitea's id.
    pub teams: HashMap<TeamId, Arc<DirectoryTeam>>,
}

impl Directory {
    /// The person with our id.
    pub fn user(&self, id: UserId) -> Option<&Arc<DirectoryUser>> {
        self.users.get(&id)
    }

    /// The person with Gitea's id.
    pub fn user_by_gitea(&self, id: GiteaUserId) -> Option<&Arc<DirectoryUser>> {
        self.by_gitea.get(&id).and_then(|id| self.users.get(id))
    }
}
