//! The plan that follows from observations: changes of facts, facts to renew, and how much is removed. Plain data.

use crate::model::{GiteaUser, GiteaUserId, Organization, OrganizationId, Team, TeamId, Timestamp};
use std::collections::BTreeSet;

/// A change of one fact. Nothing cascades: a deleted organization is followed by the deletion of each of its teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactChange {
    /// A new, changed or restored account.
    PutAccount(GiteaUser),
    /// The account is deleted in Gitea; its record stays, so that its id keeps its user.
    AccountDeleted(GiteaUserId),
    /// A new or renamed organization.
    PutOrganization(Organization),
    /// The organization is deleted.
    OrganizationDeleted(OrganizationId),
    /// A new or renamed team.
    PutTeam(Team),
    /// The team is deleted with all its memberships.
    TeamDeleted(TeamId),
    /// A new membership.
    MemberAdded(TeamId, GiteaUserId),
    /// An ended membership.
    MemberRemoved(TeamId, GiteaUserId),
}

/// A fact whose freshness an observation renews, changed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The list of all organizations.
    Organizations,
    /// The existence and name of one organization.
    Organization(OrganizationId),
    /// The list of one organization's teams.
    OrganizationTeams(OrganizationId),
    /// The existence and name of one team.
    Team(TeamId),
    /// The members of a team.
    TeamMembers(TeamId),
    /// The flags of an account.
    UserFlags(GiteaUserId),
    /// The teams of a user.
    UserTeams(GiteaUserId),
}

/// What follows from one or more observations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order of their application.
    pub changes: Vec<FactChange>,
    /// Facts to renew once every change is applied, each with its new freshness.
    pub renewals: Vec<(Fact, Timestamp)>,
    /// How much changes.
    pub counts: ChangeCounts,
}

impl Plan {
    /// Appends a plan that was made for the facts after this one.
    pub fn append(&mut self, next: Self) {
        self.changes.extend(next.changes);
        self.renewals.extend(next.renewals);
        self.counts += next.counts;
    }
}

/// How much a plan changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChangeCounts {
    /// All changes.
    pub changes: usize,
    /// Ended memberships, and accounts that are disabled or deleted.
    pub removed_memberships: usize,
    /// Organizations that are deleted or lose their last team.
    pub removed_organizations: usize,
}

impl std::ops::AddAssign for ChangeCounts {
    fn add_assign(&mut self, other: Self) {
        self.changes += other.changes;
        self.removed_memberships += other.removed_memberships;
        self.removed_organizations += other.removed_organizations;
    }
}

/// What a sync has changed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncCounts {
    /// Memberships at the start of the sync.
    pub memberships_before: usize,
    /// Applied so far.
    pub applied: ChangeCounts,
}

impl SyncCounts {
    /// Whether `more` would make the sync remove an organization, or more than 20 memberships that are more than 20 %.
    pub fn exceeds_limit(&self, more: ChangeCounts) -> bool {
        let removed = self.applied.removed_memberships + more.removed_memberships;
        let many = removed > 20 && removed.saturating_mul(5) > self.memberships_before;
        more.removed_organizations > 0 || (more.removed_memberships > 0 && many)
    }
}

/// The ids of everything that changes name.
#[derive(Debug, Default)]
pub struct ChangedIds {
    /// Accounts themselves.
    pub accounts: BTreeSet<GiteaUserId>,
    /// Users with a new or ended membership.
    pub members: BTreeSet<GiteaUserId>,
    /// Teams themselves or their members.
    pub teams: BTreeSet<TeamId>,
    /// Teams themselves.
    pub put_or_deleted_teams: BTreeSet<TeamId>,
    /// Organizations themselves.
    pub organizations: BTreeSet<OrganizationId>,
}

impl ChangedIds {
    /// Of these changes.
    pub fn of(changes: &[FactChange]) -> Self {
        let mut ids = Self::default();
        for change in changes {
            match change {
                FactChange::PutAccount(GiteaUser { id, .. }) | FactChange::AccountDeleted(id) => {
                    ids.accounts.insert(*id);
                }
                FactChange::PutOrganization(Organization { id, .. })
                | FactChange::OrganizationDeleted(id) => {
                    ids.organizations.insert(*id);
                }
                FactChange::PutTeam(Team { id, .. }) | FactChange::TeamDeleted(id) => {
                    ids.teams.insert(*id);
                    ids.put_or_deleted_teams.insert(*id);
                }
                FactChange::MemberAdded(team, user) | FactChange::MemberRemoved(team, user) => {
                    ids.teams.insert(*team);
                    ids.members.insert(*user);
                }
            }
        }
        ids
    }
}
