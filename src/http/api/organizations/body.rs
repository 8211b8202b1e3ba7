//! Organizations in responses.
//!
//! May read the directory. Must never ask Gitea.

use crate::http::api::prelude::*;
use crate::model::{self, Directory, DirectoryUser, OrganizationId};
use std::collections::BTreeSet;

response! {
    /// A reference to an organization.
    OrganizationName(id: OrganizationId, directory: &Directory) {
        /// The numeric id of the organization in Gitea.
        id: i64 = id.get(),
        /// The current name; empty if the organization no longer exists.
        name: String = directory.organizations.get(&id).map_or_else(String::new, |o| o.name.to_string()),
    }
}

response! {
    /// An organization.
    Organization(organization: &model::Organization, directory: &Directory) {
        /// The numeric id of the organization in Gitea.
        id: i64 = organization.id.get(),
        /// The current name.
        name: String = organization.name.to_string(),
        /// The full name; empty if there is none.
        full_name: String = organization.full_name.to_string(),
        /// The number of teams.
        teams: u32 = count(teams(organization.id, directory).count()),
        /// The number of users in at least one team of the organization.
        members: u32 = count(members(organization.id, directory).count()),
    }
}

fn teams(id: OrganizationId, directory: &Directory) -> impl Iterator<Item = &model::DirectoryTeam> {
    let teams = directory.teams.values().map(AsRef::as_ref);
    teams.filter(move |team: &&model::DirectoryTeam| team.team.organization == id)
}

/// The users in at least one team of an organization.
pub fn members(id: OrganizationId, directory: &Directory) -> impl Iterator<Item = &DirectoryUser> {
    let ids: BTreeSet<_> = teams(id, directory)
        .flat_map(|team| team.members.iter())
        .collect();
    let people = ids.into_iter();
    people.filter_map(|id| directory.user(*id).map(AsRef::as_ref))
}
