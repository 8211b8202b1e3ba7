//! Teams in responses.
//!
//! May read the directory. Must never ask Gitea.

use crate::http::api::organizations::body::OrganizationName;
use crate::http::api::prelude::*;
use crate::model::{self, Directory, DirectoryTeam, TeamId};

response! {
    /// A reference to a team.
    TeamName(team: &model::Team, directory: &Directory) {
        /// The numeric id of the team in Gitea.
        id: i64 = team.id.get(),
        /// The current name.
        name: String = team.name.to_string(),
        /// The organization of the team.
        organization: OrganizationName = OrganizationName::new(team.organization, directory),
    }
}

impl TeamName {
    /// The reference to the team with this id, if it exists.
    pub fn of(id: TeamId, directory: &Directory) -> Option<Self> {
        let team = directory.teams.get(&id)?;
        Some(Self::new(&team.team, directory))
    }
}

response! {
    /// A team.
    Team(team: &DirectoryTeam, directory: &Directory) {
        /// The numeric id of the team in Gitea.
        id: i64 = team.team.id.get(),
        /// The current name.
        name: String = team.team.name.to_string(),
        /// The organization of the team.
        organization: OrganizationName = OrganizationName::new(team.team.organization, directory),
        /// True if the team is the owners team of the organization.
        owners: bool = team.team.owners,
        /// The number of users in the team.
        members: u32 = count(team.members.len()),
    }
}
