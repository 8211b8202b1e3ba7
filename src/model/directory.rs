//! The directory: people, teams and organizations with their members, in memory, with a version.
//!
//! Immutable: `mirror` builds a new one for each change, which is far more often than the policy changes.

use super::{
    DisplayText, GiteaUserId, GroupName, Organization, OrganizationId, ProviderId, Team, TeamId,
    Timestamp, UserId,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The account of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserAccount {
    /// An account of Gitea: mirrored, and refreshed within the freshness bound.
    Gitea(GiteaUserId),
    /// An account of another provider alone: in the directory as of the last sign-in, while a session of it is valid.
    External(ExternalUser),
}

/// A person without a Gitea account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalUser {
    /// The provider.
    pub provider: ProviderId,
    /// Groups by name, each with the provider; sorted.
    pub groups: Vec<(ProviderId, GroupName)>,
    /// True if the provider may have omitted groups.
    pub groups_may_be_cut: bool,
}

/// A person with all facts for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    /// Samovar's id.
    pub id: UserId,
    /// The account.
    pub account: UserAccount,
    /// Present login at the provider.
    pub login: DisplayText,
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// E-mail address, or empty; of an external user only if the provider has verified it.
    pub email: DisplayText,
    /// True if the account is active, allowed to sign in, and not deleted.
    pub enabled: bool,
    /// Site administrator of Gitea.
    pub site_administrator: bool,
    /// Sorted.
    pub teams: Vec<TeamId>,
    /// Sorted; organizations with a team that has the person as a member.
    pub organizations: Vec<OrganizationId>,
    /// Sorted; organizations whose owners team has the person as a member.
    pub owner_of: Vec<OrganizationId>,
    /// The instant before the oldest request to Gitea for this entry was sent; for an external user, the last sign-in.
    pub freshness: Timestamp,
}

impl DirectoryUser {
    /// The Gitea account.
    pub const fn gitea(&self) -> Option<GiteaUserId> {
        match self.account {
            UserAccount::Gitea(id) => Some(id),
            UserAccount::External(_) => None,
        }
    }

    /// The account of another provider.
    pub const fn external(&self) -> Option<&ExternalUser> {
        match &self.account {
            UserAccount::Gitea(_) => None,
            UserAccount::External(external) => Some(external),
        }
    }

    /// The provider of the account.
    pub fn provider(&self) -> ProviderId {
        match &self.account {
            UserAccount::Gitea(_) => ProviderId::gitea(),
            UserAccount::External(external) => external.provider.clone(),
        }
    }

    /// True if the provider may have omitted groups.
    pub const fn groups_may_be_cut(&self) -> bool {
        match &self.account {
            UserAccount::Gitea(_) => false,
            UserAccount::External(external) => external.groups_may_be_cut,
        }
    }

    /// The login, unique among providers: a login of Gitea alone, or `provider:login`. No login of Gitea has a colon.
    pub fn qualified_login(&self) -> String {
        self.qualify(&self.login)
    }

    /// Like [`Self::qualified_login`], with an earlier login of the person.
    pub fn qualify(&self, login: &DisplayText) -> String {
        match self.external() {
            Some(external) => format!("{}:{login}", external.provider),
            None => login.to_string(),
        }
    }

    /// Groups of an external user; none of a user of Gitea, who has teams.
    pub const fn groups(&self) -> &[(ProviderId, GroupName)] {
        match &self.account {
            UserAccount::Gitea(_) => &[],
            UserAccount::External(external) => external.groups.as_slice(),
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

/// People, teams and organizations.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Grows by one with every change.
    pub version: u64,
    /// By Samovar's id.
    pub users: HashMap<UserId, Arc<DirectoryUser>>,
    /// Samovar's id by Gitea's.
    pub by_gitea: HashMap<GiteaUserId, UserId>,
    /// By Gitea's id.
    pub organizations: HashMap<OrganizationId, Arc<Organization>>,
    /// By Gitea's id.
    pub teams: HashMap<TeamId, Arc<DirectoryTeam>>,
    /// The configured providers other than Gitea.
    pub providers: Arc<BTreeSet<ProviderId>>,
}

impl Directory {
    /// The person with this id.
    pub fn user(&self, id: UserId) -> Option<&Arc<DirectoryUser>> {
        self.users.get(&id)
    }
}
