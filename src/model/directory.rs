//! The directory: who is in which team and organization, in memory, with a version.
//!
//! Built by `mirror`, read by everyone; immutable, swapped whole. Changes far more often than the policy.

use super::{
    DisplayText, GiteaUserId, GroupName, Organization, OrganizationId, ProviderId, Team, TeamId,
    Timestamp, UserId,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Where a person's account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// In Gitea: mirrored, and asked for again within the bound.
    Gitea(GiteaUserId),
    /// At another provider alone: known as of the last sign-in, and only while a session of it lives.
    External(ExternalUser),
}

/// What is known of a person who has no Gitea account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalUser {
    /// The provider.
    pub provider: ProviderId,
    /// Groups by name, each with that provider; sorted.
    pub groups: Vec<(ProviderId, GroupName)>,
    /// The provider may have left groups out.
    pub groups_may_be_cut: bool,
}

/// A person with everything that a decision may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    /// Our id.
    pub id: UserId,
    /// Where the account is.
    pub home: Home,
    /// Present login; of another provider's person, what the provider calls them.
    pub login: DisplayText,
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// Address, or empty; of another provider's person, one that the provider says it has verified.
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
    /// The instant before the oldest question on which this entry rests was sent; of another provider's person, the
    /// last sign-in.
    pub freshness: Timestamp,
}

impl DirectoryUser {
    /// The Gitea account, when there is one.
    pub const fn gitea(&self) -> Option<GiteaUserId> {
        match self.home {
            Home::Gitea(id) => Some(id),
            Home::External(_) => None,
        }
    }

    /// Where the account is, when it is not in Gitea.
    pub const fn elsewhere(&self) -> Option<&ExternalUser> {
        match &self.home {
            Home::Gitea(_) => None,
            Home::External(elsewhere) => Some(elsewhere),
        }
    }

    /// Of which provider the person is.
    pub fn provider(&self) -> ProviderId {
        match &self.home {
            Home::Gitea(_) => ProviderId::gitea(),
            Home::External(elsewhere) => elsewhere.provider.clone(),
        }
    }

    /// The provider may have left groups out.
    pub const fn groups_may_be_cut(&self) -> bool {
        match &self.home {
            Home::Gitea(_) => false,
            Home::External(elsewhere) => elsewhere.groups_may_be_cut,
        }
    }

    /// What the person is called among people of all providers: a login alone is always Gitea's; those of others stand
    /// behind their provider and a colon, which no login of Gitea's has, so that nobody is taken for somebody else.
    pub fn called(&self) -> String {
        self.called_by(&self.login)
    }

    /// The same with the login of another time.
    pub fn called_by(&self, login: &DisplayText) -> String {
        match self.elsewhere() {
            Some(elsewhere) => format!("{}:{login}", elsewhere.provider),
            None => login.to_string(),
        }
    }

    /// Groups of other providers; none for people of Gitea, whose teams count.
    pub const fn groups(&self) -> &[(ProviderId, GroupName)] {
        match &self.home {
            Home::Gitea(_) => &[],
            Home::External(elsewhere) => elsewhere.groups.as_slice(),
        }
    }
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
    /// Other providers than Gitea that are configured.
    pub providers: Arc<BTreeSet<ProviderId>>,
}

impl Directory {
    /// The person with our id.
    pub fn user(&self, id: UserId) -> Option<&Arc<DirectoryUser>> {
        self.users.get(&id)
    }
}
