//! Organizations and teams. A list settles that what it lacks did not exist at that instant; a user's teams can contain a
//! new team before the lists do.

use super::change::{Fact, FactChange};
use super::planner::Planner;
use crate::model::{Organization, OrganizationId, Team, TeamId, Timestamp};
use std::collections::BTreeSet;

/// Whether a team in the list of a user exists.
pub(super) enum TeamExistence {
    /// Its facts are mirrored.
    Known,
    /// It is new, and did not exist at `absent_at`.
    New { absent_at: Timestamp },
    /// A newer answer denies it, or it belongs to another organization.
    Denied,
}

impl Planner<'_> {
    /// Every organization.
    pub(super) fn organizations(&mut self, list: &[Organization]) {
        for organization in list {
            self.organization(organization);
        }
        let seen: BTreeSet<_> = list.iter().map(|organization| organization.id).collect();
        let records = self.facts.organizations.iter();
        for (id, record) in records.filter(|(id, _)| !seen.contains(id)) {
            if record.asked_at <= self.at {
                self.organization_deleted(*id);
            } else {
                let teams = self.facts.teams_of(*id);
                teams.for_each(|team| self.no_members(team));
                self.renew(Fact::OrganizationTeams(*id));
            }
        }
        self.renew(Fact::Organizations);
    }

    /// One organization in an answer. False when a newer answer denies it.
    fn organization(&mut self, organization: &Organization) -> bool {
        let change = FactChange::PutOrganization(organization.clone());
        if self.plan.changes.contains(&change) {
            return true;
        }
        let denied_at = self.facts.freshness.organizations;
        match self.facts.organizations.get(&organization.id) {
            Some(record) if record.asked_at >= self.at => return true,
            Some(record) if record.organization == *organization => {}
            Some(_) => self.change(change),
            None if self.at <= denied_at => return false,
            None => {
                self.change(change);
                let renewal = (Fact::OrganizationTeams(organization.id), denied_at);
                self.plan.renewals.push(renewal);
            }
        }
        self.renew(Fact::Organization(organization.id));
        true
    }

    fn organization_deleted(&mut self, id: OrganizationId) {
        let teams = self.facts.teams_of(id);
        teams.for_each(|team| self.team_deleted(team));
        self.change(FactChange::OrganizationDeleted(id));
        self.renew(Fact::OrganizationTeams(id));
    }

    fn team_missing(&mut self, id: TeamId) {
        match self.facts.teams.get(&id) {
            Some(facts) if facts.seen_at > self.at => self.no_members(id),
            _ => self.team_deleted(id),
        }
    }

    fn team_deleted(&mut self, id: TeamId) {
        self.change(FactChange::TeamDeleted(id));
        self.renew(Fact::TeamMembers(id));
    }

    /// Every team of an organization.
    pub(super) fn organization_teams(&mut self, id: OrganizationId, teams: &[Team]) {
        if self.facts.organizations.contains_key(&id) {
            for team in teams.iter().filter(|team| team.organization == id) {
                self.team(team, self.facts.team_list_asked_at(id));
            }
            let seen: BTreeSet<_> = teams.iter().map(|team| team.id).collect();
            let missing = self.facts.teams_of(id).filter(|team| !seen.contains(team));
            missing.for_each(|team| self.team_missing(team));
        }
        self.renew(Fact::OrganizationTeams(id));
    }

    /// One team in an answer; `listed_at` is when its organization's teams were last listed.
    fn team(&mut self, team: &Team, listed_at: Timestamp) -> TeamExistence {
        match self.facts.teams.get(&team.id) {
            // A team never moves: one of the two answers is about another organization with the same name.
            Some(facts) if facts.team.organization != team.organization => {
                return TeamExistence::Denied;
            }
            Some(facts) if facts.seen_at >= self.at => return TeamExistence::Known,
            Some(facts) if facts.team == *team => {}
            Some(_) => self.change(FactChange::PutTeam(team.clone())),
            None if self.at <= listed_at => return TeamExistence::Denied,
            None => {
                self.change(FactChange::PutTeam(team.clone()));
                self.renew(Fact::Team(team.id));
                let renewal = (Fact::TeamMembers(team.id), listed_at);
                self.plan.renewals.push(renewal);
                return TeamExistence::New {
                    absent_at: listed_at,
                };
            }
        }
        self.renew(Fact::Team(team.id));
        TeamExistence::Known
    }

    /// One team in the list of a user.
    pub(super) fn team_of_user(
        &mut self,
        team: &Team,
        organization: &Organization,
    ) -> TeamExistence {
        let id = organization.id;
        let is_known = self.facts.organizations.contains_key(&id);
        if team.organization != id || !self.organization(organization) {
            return TeamExistence::Denied;
        }
        let mut listed_at = self.facts.team_list_asked_at(id);
        if !is_known {
            listed_at = listed_at.max(self.facts.freshness.organizations);
        }
        self.team(team, listed_at)
    }
}
