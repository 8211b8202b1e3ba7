//! The directory out of what is known. Pure.

use super::plan::{Change, Known, KnownTeam};
use crate::model::{
    Directory, DirectoryTeam, DirectoryUser, DisplayText, ExternalUser, GiteaUser, GiteaUserId,
    Identity, MirroredUser, Organization, OrganizationId, ProviderId, Team, TeamId, Timestamp,
    User, UserAccount, UserId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Everything that decisions ask about, as a whole.
pub(super) fn directory(
    known: &Known,
    (people, elsewhere): (&BTreeMap<GiteaUserId, User>, &BTreeMap<Identity, User>),
    freshness: impl Fn(GiteaUserId) -> Timestamp,
    version: u64,
    providers: Arc<BTreeSet<ProviderId>>,
) -> Directory {
    let places = places(&known.teams, |_| true);
    let users = people.iter().filter_map(|(gitea, user)| {
        let record = known.accounts.get(gitea)?;
        let place = places.get(gitea);
        Some((user.id, entry(user.id, record, place, freshness(*gitea))))
    });
    let others = elsewhere.iter().filter_map(of_another_provider);
    let users = users.chain(others.map(|entry| (entry.id, entry)));
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
        providers,
    }
}

/// The same directory after these changes, which `known` and `people` have taken in: only what the changes touch is made
/// anew. How fresh the other entries are stays as it was until the whole is made anew.
pub(super) fn updated(
    before: &Directory,
    known: &Known,
    people: &BTreeMap<GiteaUserId, User>,
    freshness: impl Fn(GiteaUserId) -> Timestamp,
    changes: &[Change],
) -> Directory {
    let touched = Touched::by(changes, before, known);
    let wanted = |user: &GiteaUserId| touched.users.contains(user);
    let places = match touched.teams_of_users(before) {
        Some(teams) => {
            let teams = teams.iter().filter_map(|id| known.teams.get_key_value(id));
            places(teams, wanted)
        }
        None => places(&known.teams, wanted),
    };
    let mut after = before.clone();
    for gitea in &touched.users {
        let (Some(user), Some(record)) = (people.get(gitea), known.accounts.get(gitea)) else {
            continue;
        };
        let entry = entry(user.id, record, places.get(gitea), freshness(*gitea));
        after.users.insert(user.id, Arc::new(entry));
        after.by_gitea.insert(*gitea, user.id);
    }
    // Whoever is new may be in teams that were known before.
    let arrived = touched
        .users
        .iter()
        .filter(|user| !before.by_gitea.contains_key(user));
    let joined = arrived
        .filter_map(|user| places.get(user))
        .flat_map(|place| &place.teams);
    for id in touched.teams.iter().chain(joined) {
        match known.teams.get(id) {
            Some(known) => after.teams.insert(*id, Arc::new(team(known, people))),
            None => after.teams.remove(id),
        };
    }
    for id in &touched.organizations {
        match known.organizations.get(id) {
            Some(record) => {
                let organization = Arc::new(record.organization.clone());
                after.organizations.insert(*id, organization)
            }
            None => after.organizations.remove(id),
        };
    }
    after
}

/// What changes touch.
#[derive(Default)]
struct Touched {
    users: HashSet<GiteaUserId>,
    teams: HashSet<TeamId>,
    organizations: HashSet<OrganizationId>,
}

impl Touched {
    fn by(changes: &[Change], before: &Directory, after: &Known) -> Self {
        let mut touched = Self::default();
        for change in changes {
            match change {
                Change::PutAccount(GiteaUser { id, .. }) | Change::AccountGone(id) => {
                    touched.users.insert(*id);
                }
                Change::PutOrganization(Organization { id, .. }) | Change::OrganizationGone(id) => {
                    touched.organizations.insert(*id);
                }
                Change::PutTeam(Team { id, .. }) | Change::TeamGone(id) => {
                    touched.team(*id, before, after);
                }
                Change::Joined(team, user) | Change::Left(team, user) => {
                    touched.teams.insert(*team);
                    touched.users.insert(*user);
                }
            }
        }
        touched
    }

    /// Every team that a touched user can be in; `None` when any team may have a user who is new.
    fn teams_of_users(&self, before: &Directory) -> Option<BTreeSet<TeamId>> {
        let mut teams: BTreeSet<TeamId> = self.teams.iter().copied().collect();
        for gitea in &self.users {
            let user = before.user(*before.by_gitea.get(gitea)?)?;
            teams.extend(&user.teams);
        }
        Some(teams)
    }

    /// A team with everyone who was or is in it: its organization, or that it gives ownership, may be another.
    fn team(&mut self, id: TeamId, before: &Directory, after: &Known) {
        self.teams.insert(id);
        if let Some(known) = after.teams.get(&id) {
            self.users.extend(known.members.iter().copied());
        }
        let members = before.teams.get(&id).map_or(&[][..], |team| &team.members);
        let accounts = members.iter().filter_map(|id| before.user(*id)?.gitea());
        self.users.extend(accounts);
    }
}

#[derive(Default)]
struct Place {
    teams: Vec<TeamId>,
    organizations: BTreeSet<OrganizationId>,
    owner_of: BTreeSet<OrganizationId>,
}

/// Where the wanted users are among these teams, which come in the order of their ids.
fn places<'a>(
    teams: impl IntoIterator<Item = (&'a TeamId, &'a Arc<KnownTeam>)>,
    wanted: impl Fn(&GiteaUserId) -> bool,
) -> HashMap<GiteaUserId, Place> {
    let mut places: HashMap<_, Place> = HashMap::new();
    for (id, known) in teams {
        for member in known.members.iter().filter(|member| wanted(member)) {
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
        account: UserAccount::Gitea(account.id),
        login: DisplayText::lossy(account.login.as_str()),
        full_name: account.full_name.clone(),
        // Gitea's own, whatever its settings ask of it: userinfo has no `email_verified` at all, and that of an ID token
        // says that the account is active and nothing of the address, so there is no word of Gitea's to go by.
        email: account.email.clone(),
        enabled: !record.gone && account.enabled(),
        site_administrator: !record.gone && account.is_admin,
        teams: place.map_or_else(Vec::new, |place| place.teams.clone()),
        organizations: place.map_or_else(Vec::new, |place| sorted(&place.organizations)),
        owner_of: place.map_or_else(Vec::new, |place| sorted(&place.owner_of)),
        freshness,
    }
}

/// Somebody who has no Gitea account: nothing of Gitea's, and the groups of the last sign-in. Whether a session lives,
/// without which all of it is worth nothing, is asked by whoever decides.
fn of_another_provider((identity, user): (&Identity, &User)) -> Option<DirectoryUser> {
    let claims = user.claims.as_ref()?;
    let provider = &identity.provider;
    let groups = claims.groups.iter().cloned();
    Some(DirectoryUser {
        id: user.id,
        account: UserAccount::External(ExternalUser {
            provider: provider.clone(),
            groups: groups.map(|name| (provider.clone(), name)).collect(),
            groups_may_be_cut: claims.groups_may_be_cut,
        }),
        login: user.login.clone(),
        full_name: claims.full_name.clone(),
        email: claims.email.clone(),
        enabled: true,
        site_administrator: false,
        teams: Vec::new(),
        organizations: Vec::new(),
        owner_of: Vec::new(),
        freshness: claims.at,
    })
}

fn teams(
    known: &Known,
    people: &BTreeMap<GiteaUserId, User>,
) -> HashMap<TeamId, Arc<DirectoryTeam>> {
    let all = known.teams.iter();
    all.map(|(id, known)| (*id, Arc::new(team(known, people))))
        .collect()
}

fn team(known: &KnownTeam, people: &BTreeMap<GiteaUserId, User>) -> DirectoryTeam {
    let members = known.members.iter().filter_map(|m| people.get(m));
    let mut members: Vec<_> = members.map(|user| user.id).collect();
    members.sort_unstable();
    DirectoryTeam {
        team: known.team.clone(),
        members,
    }
}
