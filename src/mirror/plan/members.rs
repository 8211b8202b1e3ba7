//! Who is in which team: the two questions that settle it, and the rule that the younger answer wins.

use super::structure::Standing;
use super::{Change, Draft, Renewal, SeenTeam};
use crate::model::{GiteaUser, GiteaUserId, TeamId, Timestamp};
use std::collections::BTreeSet;

impl Draft<'_> {
    /// Every member of a team.
    pub(super) fn team_members(&mut self, id: TeamId, members: &[GiteaUser]) {
        for account in members {
            self.account(account);
        }
        let seen: BTreeSet<_> = members.iter().map(|account| account.id).collect();
        if let Some(team) = self.known.teams.get(&id) {
            for user in team.members.union(&seen) {
                self.pair(id, *user, seen.contains(user));
            }
        }
        self.renew(Renewal::TeamMembers(id));
    }

    /// Every team of a user.
    pub(super) fn user_teams(&mut self, user: GiteaUserId, teams: &[SeenTeam]) {
        let mut seen = BTreeSet::new();
        for team in teams {
            match self.stand(team) {
                Standing::Known => {
                    seen.insert(team.team.id);
                }
                Standing::New(denied_at) => self.first_member(team.team.id, user, denied_at),
                Standing::Denied => {}
            }
        }
        for (id, team) in &self.known.teams {
            if team.members.contains(&user) || seen.contains(id) {
                self.pair(*id, user, seen.contains(id));
            }
        }
        self.renew(Renewal::UserTeams(user));
    }

    /// A membership in a team that was unknown so far and that was not there yet at `denied_at`.
    fn first_member(&mut self, team: TeamId, user: GiteaUserId, denied_at: Timestamp) {
        if self.at > denied_at.max(self.known.pair_asked_at(team, user)) {
            self.change(Change::Joined(team, user));
        }
    }

    /// The team was not there at this instant, so nobody was in it.
    pub(super) fn nobody_in(&mut self, id: TeamId) {
        self.team_members(id, &[]);
    }

    /// One membership.
    fn pair(&mut self, team: TeamId, user: GiteaUserId, member: bool) {
        let known = self.known.teams.get(&team);
        let was = known.is_some_and(|known| known.members.contains(&user));
        let stamp = self.known.pair_asked_at(team, user);
        if member && !was && self.at > stamp {
            self.change(Change::Joined(team, user));
        }
        if !member && was && self.at >= stamp {
            self.change(Change::Left(team, user));
        }
    }
}
