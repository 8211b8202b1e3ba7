//! Changes to the stand-in's tables together with what they drag along: leaving the last team is leaving the
//! organization, a rename leaves a redirect, a taken name drops one. Decides no rights, knows no HTTP.

use super::keys::avatar_hash;
use super::state::{Org, Repo, State, Team, next};
use std::collections::BTreeMap;

/// Every unit of a team, as owners and admin teams have them.
pub const UNITS: [&str; 10] = [
    "repo.actions",
    "repo.code",
    "repo.ext_issues",
    "repo.ext_wiki",
    "repo.issues",
    "repo.packages",
    "repo.projects",
    "repo.pulls",
    "repo.releases",
    "repo.wiki",
];

/// All units at one level.
pub fn all_units(level: &str) -> BTreeMap<String, String> {
    let units = UNITS.iter();
    units
        .map(|unit| ((*unit).to_owned(), level.to_owned()))
        .collect()
}

impl State {
    /// A new organization with its Owners team.
    pub fn insert_org(&mut self, mut org: Org, owner: i64) -> i64 {
        org.id = next(&mut self.counters.accounts);
        org.avatar = avatar_hash(&org.name);
        self.old_names.remove(&org.name.to_lowercase());
        let id = org.id;
        self.orgs.insert(id, org);
        self.insert_team(Team {
            org: id,
            name: "Owners".to_owned(),
            permission: "owner".to_owned(),
            units: all_units("owner"),
            includes_all: true,
            can_create: true,
            members: [owner].into(),
            ..Team::default()
        });
        id
    }

    pub fn insert_team(&mut self, mut team: Team) -> i64 {
        team.id = next(&mut self.counters.teams);
        let id = team.id;
        self.teams.insert(id, team);
        id
    }

    pub fn insert_repo(&mut self, mut repo: Repo) -> i64 {
        repo.id = next(&mut self.counters.repos);
        self.old_repos
            .remove(&(repo.owner, repo.name.to_lowercase()));
        let id = repo.id;
        self.repos.insert(id, repo);
        id
    }

    /// Gives a user or organization another name and leaves a redirect; a rename of case alone leaves none.
    pub fn rename_account(&mut self, id: i64, to: &str) {
        let from = self.account_name(id).unwrap_or_default().to_lowercase();
        if let Some(user) = self.users.get_mut(&id) {
            to.clone_into(&mut user.login);
        }
        if let Some(org) = self.orgs.get_mut(&id) {
            to.clone_into(&mut org.name);
        }
        self.old_names.remove(&to.to_lowercase());
        if from != to.to_lowercase() {
            self.old_names.insert(from, id);
        }
    }

    /// Gives a repository another name and leaves a redirect.
    pub fn rename_repo(&mut self, id: i64, to: &str) {
        if let Some(repo) = self.repos.get_mut(&id) {
            let old = (repo.owner, repo.name.to_lowercase());
            to.clone_into(&mut repo.name);
            self.old_repos.remove(&(old.0, to.to_lowercase()));
            self.old_repos.insert(old, id);
        }
    }

    /// Removes a user with all that hangs on the account.
    pub fn remove_user(&mut self, id: i64) {
        self.users.remove(&id);
        for team in self.teams.values_mut() {
            team.members.remove(&id);
        }
        for repo in self.repos.values_mut() {
            repo.collaborators.remove(&id);
        }
        self.repos.retain(|_, repo| repo.owner != id);
        self.pats.retain(|_, pat| pat.user != id);
        self.grants.retain(|_, grant| grant.user != id);
        let apps: Vec<_> = self.apps.values().filter(|app| app.owner == id).collect();
        for app in apps.iter().map(|app| app.id).collect::<Vec<_>>() {
            self.remove_app(app);
        }
        self.sessions
            .retain(|_, session| session.user.is_none_or(|user| user != id));
        self.old_names.retain(|_, account| *account != id);
    }

    /// Removes an application with its grants and codes.
    pub fn remove_app(&mut self, id: i64) {
        self.apps.remove(&id);
        self.grants.retain(|_, grant| grant.app != id);
        let grants = &self.grants;
        self.codes
            .retain(|_, code| grants.contains_key(&code.grant));
    }

    /// Removes an organization with its teams and repositories.
    pub fn remove_org(&mut self, id: i64) {
        self.orgs.remove(&id);
        self.teams.retain(|_, team| team.org != id);
        self.repos.retain(|_, repo| repo.owner != id);
        self.old_names.retain(|_, account| *account != id);
    }
}
