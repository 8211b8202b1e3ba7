//! What is known of Gitea, in memory: records as the store keeps them, and the stamps that say how old each fact is.
//! Pure. Applies what a plan says and never decides.

use super::observation::{Change, Renewal};
use crate::model::{
    GiteaUser, GiteaUserId, MirroredOrganization, MirroredTeam, MirroredUser, OrganizationId,
    TeamId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything known of Gitea.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Accounts, gone ones too; `asked_at` is the stamp of the flags.
    // Shared, so that a copy to plan on costs little.
    pub accounts: BTreeMap<GiteaUserId, Arc<MirroredUser>>,
    /// Organizations; `asked_at` is when each was last seen to exist.
    pub organizations: BTreeMap<OrganizationId, MirroredOrganization>,
    /// Teams with their members.
    pub teams: BTreeMap<TeamId, Arc<KnownTeam>>,
    pub(super) stamps: Stamps,
}

/// A team with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTeam {
    /// The team.
    pub team: crate::model::Team,
    /// Members by Gitea's id.
    pub members: BTreeSet<GiteaUserId>,
    /// When it was last seen to exist under this name.
    pub seen_at: Timestamp,
}

/// How old facts are. Kept for things that are not known any more, or not yet: what was denied stays denied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) organizations: Timestamp,
    pub(super) organization_teams: BTreeMap<OrganizationId, Timestamp>,
    pub(super) team_members: BTreeMap<TeamId, Timestamp>,
    pub(super) flags: BTreeMap<GiteaUserId, Timestamp>,
    pub(super) user_teams: BTreeMap<GiteaUserId, Timestamp>,
}

/// The stamp of a thing; the beginning of time when it was never asked about.
pub(super) fn stamp<K: Ord>(stamps: &BTreeMap<K, Timestamp>, key: &K) -> Timestamp {
    stamps.get(key).copied().unwrap_or_default()
}

fn raise<K: Ord>(stamps: &mut BTreeMap<K, Timestamp>, key: K, at: Timestamp) {
    let stamp = stamps.entry(key).or_default();
    *stamp = at.max(*stamp);
}

impl Known {
    /// From the records of the store.
    pub fn load(
        accounts: Vec<MirroredUser>,
        organizations: Vec<MirroredOrganization>,
        teams: Vec<MirroredTeam>,
    ) -> Self {
        let mut known = Self::default();
        for record in accounts {
            raise(&mut known.stamps.flags, record.account.id, record.asked_at);
            known.accounts.insert(record.account.id, Arc::new(record));
        }
        for record in organizations {
            known.organizations.insert(record.organization.id, record);
        }
        for record in teams {
            let (id, seen_at) = (record.team.id, record.asked_at);
            raise(&mut known.stamps.team_members, id, seen_at);
            let (team, members) = (record.team, record.members);
            let team = KnownTeam {
                team,
                members,
                seen_at,
            };
            known.teams.insert(id, Arc::new(team));
        }
        known
    }

    /// All memberships.
    pub fn memberships(&self) -> usize {
        self.teams.values().map(|team| team.members.len()).sum()
    }

    /// When the members of a team were last asked for.
    pub fn members_asked_at(&self, team: TeamId) -> Timestamp {
        stamp(&self.stamps.team_members, &team)
    }

    /// When the flags of an account were last asked for.
    pub fn flags_asked_at(&self, user: GiteaUserId) -> Timestamp {
        stamp(&self.stamps.flags, &user)
    }

    /// When the teams of a user were last asked for as that user.
    pub fn teams_asked_at(&self, user: GiteaUserId) -> Timestamp {
        stamp(&self.stamps.user_teams, &user)
    }

    /// How old the answer "is this user in this team" is: the younger of the two questions that answer it.
    pub(super) fn pair_asked_at(&self, team: TeamId, user: GiteaUserId) -> Timestamp {
        self.members_asked_at(team).max(self.teams_asked_at(user))
    }

    /// A team as the store keeps it; its stamp is the older of the two on which the record rests.
    pub fn record_of_team(&self, id: TeamId) -> Option<MirroredTeam> {
        let known = self.teams.get(&id)?;
        Some(MirroredTeam {
            team: known.team.clone(),
            members: known.members.clone(),
            asked_at: self.members_asked_at(id).min(known.seen_at),
        })
    }

    /// Accounts that are not gone and whose flags were not asked for since that instant: not in the list of users, so
    /// deleted, or bots. Each is to be looked up by itself.
    pub fn unconfirmed(&self, since: Timestamp) -> Vec<&GiteaUser> {
        let here = self.accounts.values().filter(|record| !record.gone);
        here.map(|record| &record.account)
            .filter(|account| self.flags_asked_at(account.id) < since)
            .collect()
    }

    /// Applies changes in their order.
    pub fn apply_changes(&mut self, changes: &[Change]) {
        for change in changes {
            self.apply_change(change);
        }
    }

    fn apply_change(&mut self, change: &Change) {
        match change {
            Change::PutAccount(account) => {
                let record = MirroredUser {
                    account: account.clone(),
                    gone: false,
                    asked_at: self.flags_asked_at(account.id),
                };
                self.accounts.insert(account.id, Arc::new(record));
            }
            Change::AccountGone(id) => {
                if let Some(record) = self.accounts.get_mut(id) {
                    Arc::make_mut(record).gone = true;
                }
            }
            Change::PutOrganization(organization) => {
                let before = self.organizations.get(&organization.id);
                let record = MirroredOrganization {
                    organization: organization.clone(),
                    asked_at: before.map_or(Timestamp::ZERO, |record| record.asked_at),
                };
                self.organizations.insert(organization.id, record);
            }
            Change::OrganizationGone(id) => {
                self.organizations.remove(id);
            }
            Change::PutTeam(team) => self.put_team(team),
            Change::TeamGone(id) => {
                self.teams.remove(id);
            }
            Change::Joined(team, user) => {
                if let Some(known) = self.teams.get_mut(team) {
                    Arc::make_mut(known).members.insert(*user);
                }
            }
            Change::Left(team, user) => {
                if let Some(known) = self.teams.get_mut(team) {
                    Arc::make_mut(known).members.remove(user);
                }
            }
        }
    }

    fn put_team(&mut self, team: &crate::model::Team) {
        let before = self.teams.remove(&team.id);
        let before = before.map(Arc::unwrap_or_clone);
        let (members, seen_at) =
            before.map_or_else(Default::default, |known| (known.members, known.seen_at));
        let known = KnownTeam {
            team: team.clone(),
            members,
            seen_at,
        };
        self.teams.insert(team.id, Arc::new(known));
    }

    /// Raises stamps.
    pub fn renew(&mut self, renewals: &[(Renewal, Timestamp)]) {
        for (renewal, at) in renewals {
            self.renew_one(*renewal, *at);
        }
    }

    fn renew_one(&mut self, renewal: Renewal, at: Timestamp) {
        let stamps = &mut self.stamps;
        match renewal {
            Renewal::Organizations => stamps.organizations = stamps.organizations.max(at),
            Renewal::Organization(id) => {
                if let Some(record) = self.organizations.get_mut(&id) {
                    record.asked_at = record.asked_at.max(at);
                }
            }
            Renewal::OrganizationTeams(id) => raise(&mut stamps.organization_teams, id, at),
            Renewal::Team(id) => {
                if let Some(known) = self.teams.get_mut(&id) {
                    let known = Arc::make_mut(known);
                    known.seen_at = known.seen_at.max(at);
                }
            }
            Renewal::TeamMembers(id) => raise(&mut stamps.team_members, id, at),
            Renewal::Flags(id) => {
                raise(&mut stamps.flags, id, at);
                if let Some(record) = self.accounts.get_mut(&id) {
                    let record = Arc::make_mut(record);
                    record.asked_at = record.asked_at.max(at);
                }
            }
            Renewal::UserTeams(id) => raise(&mut stamps.user_teams, id, at),
        }
    }

    /// The clock went back: no fact may seem to have been asked for later than now, or newer answers would be taken
    /// for older ones. True when something was.
    pub fn clock_went_back(&mut self, now: Timestamp) -> bool {
        let stamps = &mut self.stamps;
        let all = std::iter::once(&mut stamps.organizations)
            .chain(stamps.organization_teams.values_mut())
            .chain(stamps.team_members.values_mut())
            .chain(stamps.flags.values_mut())
            .chain(stamps.user_teams.values_mut())
            .chain(
                self.accounts
                    .values_mut()
                    .map(|r| &mut Arc::make_mut(r).asked_at),
            )
            .chain(self.organizations.values_mut().map(|r| &mut r.asked_at))
            .chain(
                self.teams
                    .values_mut()
                    .map(|known| &mut Arc::make_mut(known).seen_at),
            );
        let mut later = false;
        for stamp in all.filter(|stamp| **stamp > now) {
            *stamp = now;
            later = true;
        }
        later
    }
}
