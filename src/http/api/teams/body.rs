//! Teams in responses.

use crate::http::api::organizations::body::OrganizationName;
use crate::http::api::prelude::*;
use crate::model::{self, Directory, DirectoryTeam, TeamId};

response! {
    /// A team by its name.
    TeamName(team: &model::Team, directory: &Directory) {
        /// Gitea's numeric id.
        id: i64 = team.id.get(),
        /// Present name.
        name: String = team.name.to_string(),
        /// Its organization.
        organization: OrganizationName = OrganizationName::new(team.organization, directory),
    }
}

impl TeamName {
    /// The team of this id, if it exists.
    pub fn of(id: TeamId, directory: &Directory) -> Option<Self> {
        let team = directory.teams.get(&id)?;
        Some(Self::new(&team.team, directory))
    }
}

response! {
    /// A team.
    Team(team: &DirectoryTeam, directory: &Directory) {
        /// Gitea's numeric id.
        id: i64 = team.team.id.get(),
        /// Present name.
        name: String = team.team.name.to_string(),
        /// Its organization.
        organization: OrganizationName = OrganizationName::new(team.team.organization, directory),
        /// The organization's owners team.
        owners: bool = team.team.owners,
        /// How many people are in it.
        members: u32 = count(team.members.len()),
    }
}
