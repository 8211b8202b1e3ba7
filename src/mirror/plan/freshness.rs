//! The freshness of facts: the instant before the request that settled a fact was sent. Pure.

use crate::model::{GiteaUserId, OrganizationId, TeamId, Timestamp};
use std::collections::BTreeMap;

/// The freshness of the facts about one user; the epoch before the first request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UserFreshness {
    /// Of the flags of the account.
    pub flags: Timestamp,
    /// Of the user's own list of teams.
    pub teams: Timestamp,
}

impl UserFreshness {
    /// The freshness of all facts about the user. Memberships are as fresh as the newer of the user's own list and the
    /// member lists of the watched teams, of which `watched_teams` is the oldest.
    pub fn overall(self, watched_teams: Timestamp) -> Timestamp {
        self.flags.min(self.teams.max(watched_teams))
    }
}

/// The freshness of facts that have no record of their own. Kept after a deletion, so that no older answer restores what
/// a newer one denies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ListFreshness {
    pub(super) organizations: Timestamp,
    pub(super) organization_teams: BTreeMap<OrganizationId, Timestamp>,
    pub(super) team_members: BTreeMap<TeamId, Timestamp>,
    pub(super) users: BTreeMap<GiteaUserId, UserFreshness>,
}

impl ListFreshness {
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let users = self.users.values_mut();
        std::iter::once(&mut self.organizations)
            .chain(self.organization_teams.values_mut())
            .chain(self.team_members.values_mut())
            .chain(users.flat_map(|user| [&mut user.flags, &mut user.teams]))
    }
}

#[cfg(test)]
mod tests {
    use super::UserFreshness;
    use crate::model::Timestamp;

    #[test]
    fn a_user_is_as_fresh_as_the_older_of_flags_and_memberships() {
        let t = Timestamp::from_millis;
        for (flags, teams, watched_teams, overall) in [
            (5, 9, 1, 5),
            (9, 5, 1, 5),
            (9, 1, 5, 5),
            (9, 0, i64::MAX, 9),
            (0, 9, 9, 0),
        ] {
            let user = UserFreshness {
                flags: t(flags),
                teams: t(teams),
            };
            assert_eq!(user.overall(t(watched_teams)), t(overall));
        }
    }
}
