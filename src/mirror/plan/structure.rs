//! Which organizations and teams there are. A list that lacks one settles that it was not there at that instant; a
//! user's teams can tell of a new one before the lists do.

use super::known::stamp;
use super::{Change, Draft, Known, Plan, Renewal, SeenTeam};
use crate::model::{Organization, OrganizationId, Team, TeamId, Timestamp};
use std::collections::BTreeSet;

/// What a team that somebody is said to be in is to us.
pub(super) enum Standing {
    /// It is known.
    Known,
    /// It is new; at this instant it was not there yet.
    New(Timestamp),
    /// Something younger says that it is not there, or that it belongs to another organization.
    Denied,
}

/// Organizations that had teams and have none after the plan, besides those that vanish as a whole.
pub(super) fn emptied_organizations(known: &Known, plan: &Plan) -> usize {
    let mut gone = BTreeSet::new();
    let mut vanished = BTreeSet::new();
    for change in &plan.changes {
        match change {
            Change::TeamGone(id) => {
                gone.insert(*id);
            }
            Change::OrganizationGone(id) => {
                vanished.insert(*id);
            }
            _ => {}
        }
    }
    let touched = gone.iter().filter_map(|id| known.teams.get(id));
    let touched: BTreeSet<_> = touched.map(|known| known.team.organization).collect();
    let emptied = |id: &&OrganizationId| {
        !vanished.contains(*id) && teams_of(known, **id).all(|team| gone.contains(&team))
    };
    touched.iter().filter(emptied).count()
}

fn teams_of(known: &Known, organization: OrganizationId) -> impl Iterator<Item = TeamId> {
    let all = known.teams.values();
    all.filter(move |known| known.team.organization == organization)
        .map(|known| known.team.id)
}

impl Draft<'_> {
    /// Every organization there is.
    pub(super) fn organizations(&mut self, list: &[Organization]) {
        for organization in list {
            self.organization(organization);
        }
        let seen: BTreeSet<_> = list.iter().map(|organization| organization.id).collect();
        let known = self.known.organizations.iter();
        for (id, record) in known.filter(|(id, _)| !seen.contains(id)) {
            if record.asked_at <= self.at {
                self.organization_gone(*id);
            } else {
                teams_of(self.known, *id).for_each(|team| self.nobody_in(team));
                self.renew(Renewal::OrganizationTeams(*id));
            }
        }
        self.renew(Renewal::Organizations);
    }

    /// One organization seen to exist. False when something younger says that it does not.
    fn organization(&mut self, seen: &Organization) -> bool {
        let change = Change::PutOrganization(seen.clone());
        if self.plan.changes.contains(&change) {
            return true;
        }
        match self.known.organizations.get(&seen.id) {
            Some(record) if record.asked_at >= self.at => return true,
            Some(record) if record.organization == *seen => {}
            Some(_) => self.change(change),
            None if self.at <= self.known.stamps.organizations => return false,
            None => {
                self.change(change);
                let before = self.known.stamps.organizations;
                let renewal = (Renewal::OrganizationTeams(seen.id), before);
                self.plan.renewals.push(renewal);
            }
        }
        self.renew(Renewal::Organization(seen.id));
        true
    }

    fn organization_gone(&mut self, id: OrganizationId) {
        let teams: Vec<_> = teams_of(self.known, id).collect();
        for team in teams {
            self.team_gone(team);
        }
        self.change(Change::OrganizationGone(id));
        self.renew(Renewal::OrganizationTeams(id));
    }

    fn team_missing(&mut self, id: TeamId) {
        match self.known.teams.get(&id) {
            Some(known) if known.seen_at > self.at => self.nobody_in(id),
            _ => self.team_gone(id),
        }
    }

    fn team_gone(&mut self, id: TeamId) {
        self.change(Change::TeamGone(id));
        self.renew(Renewal::TeamMembers(id));
    }

    /// Every team of an organization.
    pub(super) fn organization_teams(&mut self, id: OrganizationId, teams: &[Team]) {
        if self.known.organizations.contains_key(&id) {
            for team in teams.iter().filter(|team| team.organization == id) {
                self.team(team, stamp(&self.known.stamps.organization_teams, &id));
            }
            let seen: BTreeSet<_> = teams.iter().map(|team| team.id).collect();
            let missing = teams_of(self.known, id).filter(|team| !seen.contains(team));
            missing.for_each(|team| self.team_missing(team));
        }
        self.renew(Renewal::OrganizationTeams(id));
    }

    /// One team seen to exist; `listed_at` is when its organization's teams were last listed.
    fn team(&mut self, seen: &Team, listed_at: Timestamp) -> Standing {
        match self.known.teams.get(&seen.id) {
            // a team never moves: one of the two answers was about another organization of that name
            Some(known) if known.team.organization != seen.organization => return Standing::Denied,
            Some(known) if known.seen_at >= self.at => return Standing::Known,
            Some(known) if known.team == *seen => {}
            Some(_) => self.change(Change::PutTeam(seen.clone())),
            None if self.at <= listed_at => return Standing::Denied,
            None => {
                self.change(Change::PutTeam(seen.clone()));
                self.renew(Renewal::Team(seen.id));
                let before = (Renewal::TeamMembers(seen.id), listed_at);
                self.plan.renewals.push(before);
                return Standing::New(listed_at);
            }
        }
        self.renew(Renewal::Team(seen.id));
        Standing::Known
    }

    /// A team that a user is said to be in.
    pub(super) fn stand(&mut self, seen: &SeenTeam) -> Standing {
        let id = seen.organization.id;
        let known = self.known.organizations.contains_key(&id);
        if seen.team.organization != id || !self.organization(&seen.organization) {
            return Standing::Denied;
        }
        let mut listed_at = stamp(&self.known.stamps.organization_teams, &id);
        if !known {
            listed_at = listed_at.max(self.known.stamps.organizations);
        }
        self.team(&seen.team, listed_at)
    }
}
