//! The teams that role bindings name. Their member lists are read within the freshness bound. Pure.

use super::plan::GiteaFacts;
use crate::model::{OrganizationId, TeamId, Timestamp};
use std::collections::BTreeSet;

/// Teams and organizations that role bindings name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchedTeams {
    /// Teams named themselves.
    pub teams: BTreeSet<TeamId>,
    /// Organizations; every team of theirs is watched.
    pub organizations: BTreeSet<OrganizationId>,
}

impl WatchedTeams {
    /// The existing teams that are watched.
    pub fn existing(&self, facts: &GiteaFacts) -> BTreeSet<TeamId> {
        let teams = facts.teams.values().map(|facts| &facts.team);
        let watched = teams.filter(|team| {
            self.teams.contains(&team.id) || self.organizations.contains(&team.organization)
        });
        watched.map(|team| team.id).collect()
    }

    /// The oldest freshness of their member lists; the end of time without a team.
    pub fn freshness(&self, facts: &GiteaFacts) -> Timestamp {
        let teams = self.existing(facts).into_iter();
        teams
            .map(|team| facts.members_asked_at(team))
            .min()
            .unwrap_or(Timestamp::from_millis(i64::MAX))
    }
}
