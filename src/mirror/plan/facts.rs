//! The mirrored facts in memory: records as the store keeps them, and the freshness of each fact. Pure. Applies plans and
//! decides nothing.

use super::change::{ChangedIds, Fact, FactChange, Plan};
use super::freshness::{ListFreshness, UserFreshness};
use crate::model::{
    GiteaUser, GiteaUserId, MirroredOrganization, MirroredTeam, MirroredUser, Organization,
    OrganizationId, Team, TeamId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything mirrored from Gitea.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GiteaFacts {
    /// Accounts, deleted ones too; `asked_at` is the freshness of the flags.
    // Shared, so that a copy to plan on costs little.
    pub accounts: BTreeMap<GiteaUserId, Arc<MirroredUser>>,
    /// Organizations; `asked_at` is the freshness of existence and name.
    pub organizations: BTreeMap<OrganizationId, MirroredOrganization>,
    /// Teams with their members.
    pub teams: BTreeMap<TeamId, Arc<TeamFacts>>,
    pub(super) freshness: ListFreshness,
}

/// A team with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamFacts {
    /// The team.
    pub team: Team,
    /// Members by Gitea's id.
    pub members: BTreeSet<GiteaUserId>,
    /// Freshness of existence and name.
    pub seen_at: Timestamp,
}

fn raise(freshness: &mut Timestamp, at: Timestamp) {
    *freshness = at.max(*freshness);
}

impl GiteaFacts {
    /// From the records of the store.
    pub fn load(
        accounts: Vec<MirroredUser>,
        organizations: Vec<MirroredOrganization>,
        teams: Vec<MirroredTeam>,
    ) -> Self {
        let mut facts = Self::default();
        for record in accounts {
            let user = facts.freshness.users.entry(record.account.id);
            user.or_default().flags = record.asked_at;
            facts.accounts.insert(record.account.id, Arc::new(record));
        }
        for record in organizations {
            facts.organizations.insert(record.organization.id, record);
        }
        for record in teams {
            let (id, seen_at) = (record.team.id, record.asked_at);
            facts.freshness.team_members.insert(id, seen_at);
            let team = TeamFacts {
                team: record.team,
                members: record.members,
                seen_at,
            };
            facts.teams.insert(id, Arc::new(team));
        }
        facts
    }

    /// The number of memberships.
    pub fn memberships(&self) -> usize {
        self.teams.values().map(|team| team.members.len()).sum()
    }

    /// The teams of an organization.
    pub fn teams_of(&self, organization: OrganizationId) -> impl Iterator<Item = TeamId> {
        let teams = self.teams.values().map(|facts| &facts.team);
        let own = teams.filter(move |team| team.organization == organization);
        own.map(|team| team.id)
    }

    /// An organization with its teams.
    pub fn organization_with_teams(
        &self,
        id: OrganizationId,
    ) -> Option<(Organization, Vec<TeamId>)> {
        let record = self.organizations.get(&id)?;
        Some((record.organization.clone(), self.teams_of(id).collect()))
    }

    /// The account, unless Gitea has deleted it.
    pub fn account(&self, id: GiteaUserId) -> Option<&GiteaUser> {
        let record = self.accounts.get(&id)?;
        (!record.gone).then_some(&record.account)
    }

    /// Whether the account exists and may act.
    pub fn is_enabled(&self, id: GiteaUserId) -> bool {
        self.account(id).is_some_and(GiteaUser::enabled)
    }

    /// Freshness of the list of an organization's teams.
    pub(super) fn team_list_asked_at(&self, organization: OrganizationId) -> Timestamp {
        let lists = &self.freshness.organization_teams;
        lists.get(&organization).copied().unwrap_or_default()
    }

    /// Freshness of a team's members.
    pub fn members_asked_at(&self, team: TeamId) -> Timestamp {
        let lists = &self.freshness.team_members;
        lists.get(&team).copied().unwrap_or_default()
    }

    /// Freshness of the facts about a user.
    pub fn user_freshness(&self, user: GiteaUserId) -> UserFreshness {
        self.freshness.users.get(&user).copied().unwrap_or_default()
    }

    /// Freshness of one membership: the newer of the two lists that settle it.
    pub(super) fn membership_asked_at(&self, team: TeamId, user: GiteaUserId) -> Timestamp {
        let own_list = self.user_freshness(user).teams;
        self.members_asked_at(team).max(own_list)
    }

    /// A team as the store keeps it, with the older freshness of team and members.
    pub fn record_of_team(&self, id: TeamId) -> Option<MirroredTeam> {
        let facts = self.teams.get(&id)?;
        Some(MirroredTeam {
            team: facts.team.clone(),
            members: facts.members.clone(),
            asked_at: self.members_asked_at(id).min(facts.seen_at),
        })
    }

    /// Existing accounts that no answer has contained since that instant: deleted ones, or bots, which the list of users
    /// leaves out. Each needs a request of its own.
    pub fn unconfirmed(&self, since: Timestamp) -> Vec<&GiteaUser> {
        let ids = self.accounts.keys();
        let accounts = ids.filter_map(|id| self.account(*id));
        accounts
            .filter(|account| self.user_freshness(account.id).flags < since)
            .collect()
    }

    /// Applies the changes of a plan in their order, then renews freshness.
    pub fn apply(&mut self, plan: &Plan) {
        self.apply_changes(&plan.changes);
        self.renew(&plan.renewals);
    }

    /// Applies changes in their order.
    pub fn apply_changes(&mut self, changes: &[FactChange]) {
        for change in changes {
            self.apply_change(change);
        }
    }

    fn apply_change(&mut self, change: &FactChange) {
        match change {
            FactChange::PutAccount(account) => {
                let record = MirroredUser {
                    account: account.clone(),
                    gone: false,
                    asked_at: self.user_freshness(account.id).flags,
                };
                self.accounts.insert(account.id, Arc::new(record));
            }
            FactChange::AccountDeleted(id) => {
                if let Some(record) = self.accounts.get_mut(id) {
                    Arc::make_mut(record).gone = true;
                }
            }
            FactChange::PutOrganization(organization) => {
                let before = self.organizations.get(&organization.id);
                let record = MirroredOrganization {
                    organization: organization.clone(),
                    asked_at: before.map_or(Timestamp::ZERO, |record| record.asked_at),
                };
                self.organizations.insert(organization.id, record);
            }
            FactChange::OrganizationDeleted(id) => {
                self.organizations.remove(id);
            }
            FactChange::PutTeam(team) => self.put_team(team),
            FactChange::TeamDeleted(id) => {
                self.teams.remove(id);
            }
            FactChange::MemberAdded(team, user) => {
                if let Some(facts) = self.teams.get_mut(team) {
                    Arc::make_mut(facts).members.insert(*user);
                }
            }
            FactChange::MemberRemoved(team, user) => {
                if let Some(facts) = self.teams.get_mut(team) {
                    Arc::make_mut(facts).members.remove(user);
                }
            }
        }
    }

    fn put_team(&mut self, team: &Team) {
        if let Some(facts) = self.teams.get_mut(&team.id) {
            Arc::make_mut(facts).team = team.clone();
            return;
        }
        let facts = TeamFacts {
            team: team.clone(),
            members: BTreeSet::new(),
            seen_at: Timestamp::ZERO,
        };
        self.teams.insert(team.id, Arc::new(facts));
    }

    /// Raises freshness; it never decreases.
    pub fn renew(&mut self, renewals: &[(Fact, Timestamp)]) {
        for (fact, at) in renewals {
            self.renew_fact(*fact, *at);
        }
    }

    fn renew_fact(&mut self, fact: Fact, at: Timestamp) {
        let lists = &mut self.freshness;
        match fact {
            Fact::Organizations => raise(&mut lists.organizations, at),
            Fact::Organization(id) => {
                if let Some(record) = self.organizations.get_mut(&id) {
                    raise(&mut record.asked_at, at);
                }
            }
            Fact::OrganizationTeams(id) => {
                raise(lists.organization_teams.entry(id).or_default(), at);
            }
            Fact::Team(id) => {
                if let Some(facts) = self.teams.get_mut(&id) {
                    raise(&mut Arc::make_mut(facts).seen_at, at);
                }
            }
            Fact::TeamMembers(id) => raise(lists.team_members.entry(id).or_default(), at),
            Fact::UserFlags(id) => {
                raise(&mut lists.users.entry(id).or_default().flags, at);
                if let Some(record) = self.accounts.get_mut(&id) {
                    raise(&mut Arc::make_mut(record).asked_at, at);
                }
            }
            Fact::UserTeams(id) => raise(&mut lists.users.entry(id).or_default().teams, at),
        }
    }

    /// After the clock was set back: lowers freshness that is later than now, because newer answers would seem older.
    /// True when there was any.
    pub fn limit_freshness(&mut self, now: Timestamp) -> bool {
        let accounts = self.accounts.values_mut();
        let teams = self.teams.values_mut();
        let all = (self.freshness.all_mut())
            .chain(accounts.map(|record| &mut Arc::make_mut(record).asked_at))
            .chain(self.organizations.values_mut().map(|r| &mut r.asked_at))
            .chain(teams.map(|facts| &mut Arc::make_mut(facts).seen_at));
        let mut lowered = false;
        for freshness in all.filter(|freshness| **freshness > now) {
            *freshness = now;
            lowered = true;
        }
        lowered
    }

    /// Shares the records that a plan touched with equal facts, so that the two take the memory of one.
    pub fn share_records(&mut self, equal: &Self, plan: &Plan) {
        for (fact, _) in &plan.renewals {
            if let Fact::UserFlags(id) = fact {
                share(&mut self.accounts, &equal.accounts, id);
            }
        }
        for id in &ChangedIds::of(&plan.changes).teams {
            share(&mut self.teams, &equal.teams, id);
        }
    }
}

fn share<K: Ord, V>(to: &mut BTreeMap<K, Arc<V>>, from: &BTreeMap<K, Arc<V>>, id: &K) {
    if let (Some(to), Some(from)) = (to.get_mut(id), from.get(id)) {
        to.clone_from(from);
    }
}
