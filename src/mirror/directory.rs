//! Builds the directory from the mirror's data. Pure.

use super::data::MirrorData;
use super::plan::{ChangedIds, FactChange, TeamFacts};
use crate::model::{
    Directory, DirectoryTeam, DirectoryUser, DisplayText, ExternalUser, GiteaUserId, Identity,
    MirroredUser, OrganizationId, TeamId, Timestamp, User, UserAccount, UserId,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The whole directory.
pub(super) fn build(data: &MirrorData) -> Directory {
    let freshness = data.freshness();
    let memberships = memberships(&data.facts.teams, |_| true);
    let users = data.users.iter().filter_map(|(gitea, user)| {
        let record = data.facts.accounts.get(gitea)?;
        Some(gitea_user(
            user.id,
            record,
            memberships.get(gitea),
            freshness(*gitea),
        ))
    });
    let external = data.external_users.iter();
    let external = external.filter_map(|(identity, user)| external_user(identity, user));
    let users = users.chain(external);
    let organizations = data.facts.organizations.iter();
    let teams = data.facts.teams.iter();
    Directory {
        version: data.version,
        users: users.map(|user| (user.id, Arc::new(user))).collect(),
        by_gitea: data.users.iter().map(|(id, user)| (*id, user.id)).collect(),
        organizations: organizations
            .map(|(id, record)| (*id, Arc::new(record.organization.clone())))
            .collect(),
        teams: teams
            .map(|(id, facts)| (*id, Arc::new(team(facts, &data.users))))
            .collect(),
        providers: Arc::clone(&data.providers),
    }
}

/// The directory after these changes, which `data` contains: builds only the entries that they touch. The freshness of
/// other entries stays until the next [`build`].
pub(super) fn update(before: &Directory, data: &MirrorData, changes: &[FactChange]) -> Directory {
    let facts = &data.facts;
    let ids = ChangedIds::of(changes);
    let touched = touched_users(&ids, before, data);
    let is_touched = |user: &GiteaUserId| touched.contains(user);
    let memberships = match teams_of_users(&touched, before) {
        Some(mut teams) => {
            teams.extend(&ids.teams);
            let teams = teams.iter().filter_map(|id| facts.teams.get_key_value(id));
            memberships(teams, is_touched)
        }
        None => memberships(&facts.teams, is_touched),
    };
    let mut after = Directory {
        version: data.version,
        ..before.clone()
    };
    let freshness = data.freshness();
    for gitea in &touched {
        if let (Some(user), Some(record)) = (data.users.get(gitea), facts.accounts.get(gitea)) {
            let entry = gitea_user(user.id, record, memberships.get(gitea), freshness(*gitea));
            after.users.insert(user.id, Arc::new(entry));
            after.by_gitea.insert(*gitea, user.id);
        }
    }
    // A new user may already be a member of known teams.
    let new = touched
        .iter()
        .filter(|user| !before.by_gitea.contains_key(user));
    let joined = new.filter_map(|user| memberships.get(user));
    for id in ids.teams.iter().chain(joined.flat_map(|user| &user.teams)) {
        match facts.teams.get(id) {
            Some(facts) => after.teams.insert(*id, Arc::new(team(facts, &data.users))),
            None => after.teams.remove(id),
        };
    }
    for id in &ids.organizations {
        match facts.organizations.get(id) {
            Some(record) => {
                let organization = Arc::new(record.organization.clone());
                after.organizations.insert(*id, organization)
            }
            None => after.organizations.remove(id),
        };
    }
    after
}

/// Users whose entries the changes touch. A put or deleted team touches every old and new member, because its organization
/// or its ownership may be another.
fn touched_users(ids: &ChangedIds, before: &Directory, data: &MirrorData) -> BTreeSet<GiteaUserId> {
    let mut users: BTreeSet<_> = ids.accounts.union(&ids.members).copied().collect();
    for id in &ids.put_or_deleted_teams {
        if let Some(facts) = data.facts.teams.get(id) {
            users.extend(&facts.members);
        }
        let members = before.teams.get(id).map_or(&[][..], |team| &team.members);
        users.extend(members.iter().filter_map(|id| before.user(*id)?.gitea()));
    }
    users
}

/// Every team of these users before; `None` when a user is new, who may be in any team.
fn teams_of_users(users: &BTreeSet<GiteaUserId>, before: &Directory) -> Option<BTreeSet<TeamId>> {
    let mut teams = BTreeSet::new();
    for gitea in users {
        let user = before.user(*before.by_gitea.get(gitea)?)?;
        teams.extend(&user.teams);
    }
    Some(teams)
}

/// The memberships of one user.
#[derive(Default)]
struct UserMemberships {
    teams: Vec<TeamId>,
    organizations: BTreeSet<OrganizationId>,
    owner_of: BTreeSet<OrganizationId>,
}

/// The memberships of the wanted users in these teams, which are sorted by id.
fn memberships<'a>(
    teams: impl IntoIterator<Item = (&'a TeamId, &'a Arc<TeamFacts>)>,
    is_wanted: impl Fn(&GiteaUserId) -> bool,
) -> HashMap<GiteaUserId, UserMemberships> {
    let mut memberships: HashMap<_, UserMemberships> = HashMap::new();
    for (id, facts) in teams {
        for member in facts.members.iter().filter(|member| is_wanted(member)) {
            let user = memberships.entry(*member).or_default();
            user.teams.push(*id);
            user.organizations.insert(facts.team.organization);
            if facts.team.owners {
                user.owner_of.insert(facts.team.organization);
            }
        }
    }
    memberships
}

fn gitea_user(
    id: UserId,
    record: &MirroredUser,
    memberships: Option<&UserMemberships>,
    freshness: Timestamp,
) -> DirectoryUser {
    let account = &record.account;
    let sorted = |ids: &BTreeSet<OrganizationId>| ids.iter().copied().collect();
    DirectoryUser {
        id,
        account: UserAccount::Gitea(account.id),
        login: DisplayText::lossy(account.login.as_str()),
        full_name: account.full_name.clone(),
        // Not necessarily verified, and Gitea does not say: userinfo has no `email_verified`, and that of an ID token says
        // that the account is active.
        email: account.email.clone(),
        enabled: !record.gone && account.enabled(),
        site_administrator: !record.gone && account.is_admin,
        teams: memberships.map_or_else(Vec::new, |user| user.teams.clone()),
        organizations: memberships.map_or_else(Vec::new, |user| sorted(&user.organizations)),
        owner_of: memberships.map_or_else(Vec::new, |user| sorted(&user.owner_of)),
        freshness,
    }
}

/// A user without a Gitea account, with the groups of the last sign-in. These apply only while a session of the user
/// lives, which callers check.
fn external_user(identity: &Identity, user: &User) -> Option<DirectoryUser> {
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

fn team(facts: &TeamFacts, users: &BTreeMap<GiteaUserId, User>) -> DirectoryTeam {
    let members = facts.members.iter().filter_map(|id| users.get(id));
    let mut members: Vec<_> = members.map(|user| user.id).collect();
    members.sort_unstable();
    DirectoryTeam {
        team: facts.team.clone(),
        members,
    }
}
