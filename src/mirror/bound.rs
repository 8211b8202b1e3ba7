//! What role bindings name, and how old the memberships are that they rest on. Pure.

use super::plan::Known;
use crate::model::{OrganizationId, TeamId, Timestamp};
use std::collections::BTreeSet;

/// Teams and organizations that some role binding names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bound {
    /// Teams named by themselves.
    pub teams: BTreeSet<TeamId>,
    /// Organizations, whose every team counts.
    pub organizations: BTreeSet<OrganizationId>,
}

impl Bound {
    /// The known teams whose members matter to some binding.
    pub fn teams_of(&self, known: &Known) -> BTreeSet<TeamId> {
        let all = known.teams.values().map(|known| &known.team);
        all.filter(|team| {
            self.teams.contains(&team.id) || self.organizations.contains(&team.organization)
        })
        .map(|team| team.id)
        .collect()
    }

    /// The oldest stamp among those teams' member lists: every membership that matters is at least this fresh.
    /// The end of time when no team matters.
    pub fn floor(&self, known: &Known) -> Timestamp {
        let teams = self.teams_of(known).into_iter();
        teams
            .map(|team| known.members_asked_at(team))
            .min()
            .unwrap_or(Timestamp::from_millis(i64::MAX))
    }
}

/// How fresh all that is known of one person is: both the flags, and the memberships by whichever question is younger.
pub fn freshness(flags: Timestamp, user_teams: Timestamp, floor: Timestamp) -> Timestamp {
    flags.min(user_teams.max(floor))
}

#[cfg(test)]
mod tests {
    use super::freshness;
    use crate::model::Timestamp;

    #[test]
    fn a_person_is_as_fresh_as_the_older_of_flags_and_memberships() {
        let t = Timestamp::from_millis;
        for (flags, user_teams, floor, fresh) in [
            (5, 9, 1, 5),
            (9, 5, 1, 5),
            (9, 1, 5, 5),
            (9, 0, i64::MAX, 9),
            (0, 9, 9, 0),
        ] {
            assert_eq!(freshness(t(flags), t(user_teams), t(floor)), t(fresh));
        }
    }
}
