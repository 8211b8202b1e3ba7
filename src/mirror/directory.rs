//! The directory out of what is known. Pure.

use super::plan::Known;
use crate::model::{
    Directory, DirectoryTeam, DirectoryUser, GiteaUserId, MirroredUser, OrganizationId, TeamId,
    Timestamp, User, UserId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Everything that decisions ask about, as a whole.
pub(super) fn directory(
    known: &Known,
    people: &BTreeMap<GiteaUserId, User>,
    freshness: impl Fn(GiteaUserId) -> Timestamp,
    version: u64,
) -> Directory {
    let places = places(known);
    let users = people.iter().filter_map(|(gitea, user)| {
        let record = known.accounts.get(gitea)?;
        let place = places.get(gitea);
        Some((user.id, entry(user.id, record, place, freshness(*gitea))))
    });
    Directory {
        version,
        users: users.map(|(id, entry)| (id, Arc::new(entry))).collect(),
        by_gitea: people
            .iter()
            .map(|(gitea, user)| (*gitea, user.id))
            .collect(),
        organizations: known
            .organizations
            .iter()
            .map(|(id, record)| (*id, Arc::new(record.organization.clone())))
            .collect(),
        teams: teams(known, people),
    }
}

#[derive(Default)]
struct Place {
    teams: Vec<TeamId>,
    organizations: BTreeSet<OrganizationId>,
    owner_of: BTreeSet<OrganizationId>,
}

fn places(known: &Known) -> HashMap<GiteaUserId, Place> {
    let mut places: HashMap<_, Place> = HashMap::new();
    for (id, known) in &known.teams {
        for member in &known.members {
            let place = places.entry(*member).or_default();
            place.teams.push(*id);
            place.organizations.insert(known.team.organization);
            if known.team.owners {
                place.owner_of.insert(known.team.organization);
            }
        }
    }
    places
}

fn entry(
    id: UserId,
    record: &MirroredUser,
    place: Option<&Place>,
    freshness: Timestamp,
) -> DirectoryUser {
    let account = &record.account;
    let sorted = |ids: &BTreeSet<OrganizationId>| ids.iter().copied().collect();
    DirectoryUser {
        id,
        gitea: account.id,
        login: account.login.clone(),
        full_name: account.full_name.clone(),
        email: account.email.clone(),
        enabled: !record.gone && account.enabled(),
        site_administrator: !record.gone && account.is_admin,
        teams: place.map_or_else(Vec::new, |place| place.teams.clone()),
        organizations: place.map_or_else(Vec::new, |place| sorted(&place.organizations)),
        owner_of: place.map_or_else(Vec::new, |place| sorted(&place.owner_of)),
        freshness,
    }
}

fn teams(
    known: &Known,
    people: &BTreeMap<GiteaUserId, User>,
) -> HashMap<TeamId, Arc<DirectoryTeam>> {
    let all = known.teams.iter();
    all.map(|(id, known)| {
        let members = known.members.iter().filter_map(|m| people.get(m));
        let mut members: Vec<_> = members.map(|user| user.id).collect();
        members.sort_unstable();
        let team = known.team.clone();
        (*id, Arc::new(DirectoryTeam { team, members }))
    })
    .collect()
}
