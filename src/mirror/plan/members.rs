//! Memberships: two lists settle each, and the newer answer wins.

use super::change::{Fact, FactChange};
use super::planner::Planner;
use super::structure::TeamExistence;
use crate::model::{GiteaUser, GiteaUserId, Organization, Team, TeamId, Timestamp};
use std::collections::BTreeSet;

impl Planner<'_> {
    /// Every member of a team.
    pub(super) fn team_members(&mut self, id: TeamId, members: &[GiteaUser]) {
        for account in members {
            self.account(account);
        }
        let seen: BTreeSet<_> = members.iter().map(|account| account.id).collect();
        if let Some(facts) = self.facts.teams.get(&id) {
            for user in facts.members.union(&seen) {
                self.membership(id, *user, seen.contains(user));
            }
        }
        self.renew(Fact::TeamMembers(id));
    }

    /// Every team of a user.
    pub(super) fn user_teams(&mut self, user: GiteaUserId, teams: &[(Team, Organization)]) {
        let mut seen = BTreeSet::new();
        for (team, organization) in teams {
            match self.team_of_user(team, organization) {
                TeamExistence::Known => {
                    seen.insert(team.id);
                }
                TeamExistence::New { absent_at } => self.first_member(team.id, user, absent_at),
                TeamExistence::Denied => {}
            }
        }
        for (id, facts) in &self.facts.teams {
            if facts.members.contains(&user) || seen.contains(id) {
                self.membership(*id, user, seen.contains(id));
            }
        }
        self.renew(Fact::UserTeams(user));
    }

    /// A membership in a new team that did not exist at `absent_at`.
    fn first_member(&mut self, team: TeamId, user: GiteaUserId, absent_at: Timestamp) {
        if self.at > absent_at.max(self.facts.membership_asked_at(team, user)) {
            self.change(FactChange::MemberAdded(team, user));
        }
    }

    /// The team did not exist at this instant, so it had no members.
    pub(super) fn no_members(&mut self, id: TeamId) {
        self.team_members(id, &[]);
    }

    /// One membership. At equal freshness, its absence wins.
    fn membership(&mut self, team: TeamId, user: GiteaUserId, is_member: bool) {
        let facts = self.facts.teams.get(&team);
        let was_member = facts.is_some_and(|facts| facts.members.contains(&user));
        let freshness = self.facts.membership_asked_at(team, user);
        if is_member && !was_member && self.at > freshness {
            self.change(FactChange::MemberAdded(team, user));
        }
        if !is_member && was_member && self.at >= freshness {
            self.change(FactChange::MemberRemoved(team, user));
        }
    }
}
