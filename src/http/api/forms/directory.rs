//! People, organizations and teams out.

use super::names::Names;
use super::{Search, count};
use crate::http::api::wire::directory as wire;
use crate::http::api::wire::texts::{Id, Time};
use crate::model::{
    Directory, DirectoryTeam, DirectoryUser, GiteaUserId, Organization, OrganizationId, Team,
    TeamId,
};
use std::collections::BTreeSet;

/// People are listed by login, without case; the id makes the key unique.
pub(in crate::http::api) fn user_key(user: &DirectoryUser) -> String {
    format!("{}\u{1}{}", user.login.as_str().to_lowercase(), user.id)
}

/// Whoever is called exactly what is looked for comes first, then who has that login at any provider.
pub(in crate::http::api) fn found_key(user: &DirectoryUser, wanted: &Search) -> String {
    let rank = if wanted.names(&user.qualified_login()) {
        0
    } else if wanted.names(user.login.as_str()) {
        1
    } else {
        2
    };
    format!("{rank}{}", user_key(user))
}

/// Organizations are listed by name, without case.
pub(in crate::http::api) fn organization_key(organization: &Organization) -> String {
    let name = organization.name.as_str().to_lowercase();
    format!("{name}\u{1}{}", organization.id)
}

/// Teams are listed by organization and name, without case.
pub(in crate::http::api) fn team_key(team: &Team, names: Names<'_>) -> String {
    format!("{}\u{1}{}", names.team(team).to_lowercase(), team.id)
}

/// Shows a person in a list.
pub(in crate::http::api) fn show_user(user: &DirectoryUser) -> wire::User {
    wire::User {
        id: Id::of(user.id),
        gitea_id: user.gitea().map(GiteaUserId::get),
        provider: provider(user),
        login: user.login.to_string(),
        full_name: user.full_name.to_string(),
        enabled: user.enabled,
    }
}

/// Shows a person with all that is known.
pub(in crate::http::api) fn show_detail(
    user: &DirectoryUser,
    directory: &Directory,
) -> wire::UserDetail {
    let organizations = user.organizations.iter();
    wire::UserDetail {
        id: Id::of(user.id),
        gitea_id: user.gitea().map(GiteaUserId::get),
        provider: provider(user),
        login: user.login.to_string(),
        full_name: user.full_name.to_string(),
        email: user.email.to_string(),
        enabled: user.enabled,
        site_administrator: user.site_administrator,
        teams: user
            .teams
            .iter()
            .filter_map(|id| team_name(*id, directory))
            .collect(),
        organizations: organizations
            .map(|id| organization_name(*id, directory))
            .collect(),
        groups: groups(user),
        groups_may_be_cut: user.external().is_some_and(|e| e.groups_may_be_cut),
        freshness: Time::of(user.freshness),
    }
}

/// Which other provider knows the person; none for Gitea's people.
fn provider(user: &DirectoryUser) -> Option<String> {
    user.external().map(|e| e.provider.to_string())
}

fn groups(user: &DirectoryUser) -> Vec<String> {
    let groups = user.groups().iter();
    groups.map(|(_, name)| name.to_string()).collect()
}

fn team_name(id: TeamId, directory: &Directory) -> Option<wire::TeamName> {
    let team = &directory.teams.get(&id)?.team;
    Some(wire::TeamName {
        id: id.get(),
        name: team.name.to_string(),
        organization: organization_name(team.organization, directory),
    })
}

fn organization_name(id: OrganizationId, directory: &Directory) -> wire::OrganizationName {
    let organization = directory.organizations.get(&id);
    wire::OrganizationName {
        id: id.get(),
        name: organization.map_or_else(String::new, |o| o.name.to_string()),
    }
}

/// Our ids of the people who are in at least one team of an organization.
pub(in crate::http::api) fn members(
    id: OrganizationId,
    directory: &Directory,
) -> impl Iterator<Item = &DirectoryUser> {
    let teams = directory.teams.values();
    let of_it = teams.filter(move |team| team.team.organization == id);
    let ids: BTreeSet<_> = of_it.flat_map(|team| team.members.iter()).collect();
    ids.into_iter()
        .filter_map(|id| directory.user(*id).map(AsRef::as_ref))
}

/// Shows an organization.
pub(in crate::http::api) fn show_organization(
    organization: &Organization,
    directory: &Directory,
) -> wire::Organization {
    let teams = directory.teams.values();
    let of_it = teams.filter(|team| team.team.organization == organization.id);
    wire::Organization {
        id: organization.id.get(),
        name: organization.name.to_string(),
        full_name: organization.full_name.to_string(),
        teams: count(of_it.count()),
        members: count(members(organization.id, directory).count()),
    }
}

/// Shows a team.
pub(in crate::http::api) fn show_team(team: &DirectoryTeam, directory: &Directory) -> wire::Team {
    wire::Team {
        id: team.team.id.get(),
        name: team.team.name.to_string(),
        organization: organization_name(team.team.organization, directory),
        owners: team.team.owners,
        members: count(team.members.len()),
    }
}
