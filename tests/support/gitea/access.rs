//! What a user may do in a repository, as Gitea computes it: overall mode (which ordinary teams do not raise) and
//! per unit. Pure over the state; knows no HTTP.

use super::state::{Repo, State};

/// Levels in rising order.
pub const LEVELS: [&str; 5] = ["none", "read", "write", "admin", "owner"];

/// Rank of a level's word.
pub fn rank(level: &str) -> usize {
    let found = LEVELS.iter().position(|word| *word == level);
    found.unwrap_or_default()
}

/// Rights of one user in one repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rights {
    /// Overall mode: what `/collaborators/{user}/permission` tells.
    pub mode: usize,
    /// On the code unit.
    pub code: usize,
    /// The most on any unit.
    pub any: usize,
}

impl Rights {
    fn all(level: usize) -> Self {
        Self {
            mode: level,
            code: level,
            any: level,
        }
    }

    /// Whether the repository exists for this user at all.
    pub fn visible(self) -> bool {
        self.any > 0
    }
}

impl State {
    /// Rights of a user (anonymous when signed out).
    pub fn rights(&self, repo: &Repo, user: Option<i64>) -> Rights {
        let org = self.orgs.get(&repo.owner);
        let hidden = org.is_some_and(|org| !self.sees_org(org, user));
        let Some(id) = user else {
            return Rights::all(usize::from(!repo.private && !hidden));
        };
        let row = self.users.get(&id);
        let (admin, restricted) = row.map_or((false, false), |u| (u.is_admin, u.restricted));
        if admin || repo.owner == id {
            return Rights::all(rank("owner"));
        }
        let direct = repo.collaborators.get(&id).map_or(0, |level| rank(level));
        if hidden && direct == 0 {
            return Rights::default();
        }
        // a restricted account reads what the whole world reads, and has no such floor under its teams' units
        let world = org.is_none_or(|org| org.visibility == "public");
        let open = !repo.private && !hidden && (world || !restricted);
        let floor = usize::from(!repo.private && !restricted);
        self.with_teams(repo, id, direct.max(usize::from(open)), direct.max(floor))
    }

    /// `base` is the overall mode, `floor` what every unit has when a team reaches the repository.
    fn with_teams(&self, repo: &Repo, user: i64, base: usize, floor: usize) -> Rights {
        let mut teams = self.memberships(repo.owner, user);
        teams.retain(|team| team.includes_all || team.repos.contains(&repo.id));
        if teams.is_empty() {
            return Rights::all(base);
        }
        let mut rights = Rights {
            code: floor,
            ..Rights::all(base)
        };
        for team in teams {
            if rank(&team.permission) >= rank("admin") {
                return Rights::all(rank("owner"));
            }
            let unit = |name: &str| team.units.get(name).map_or(0, |level| rank(level));
            rights.code = rights.code.max(unit("repo.code"));
            let most = team.units.values().map(|level| rank(level)).max();
            rights.any = rights.any.max(most.unwrap_or_default());
        }
        rights
    }

    /// Who is made to watch a new repository: its owner, or everybody whose team reaches it.
    pub fn watchers(&self, repo: &Repo) -> usize {
        if !self.orgs.contains_key(&repo.owner) {
            return 1;
        }
        let teams = self.teams_of(repo.owner);
        let reach = teams
            .iter()
            .filter(|team| team.includes_all || team.repos.contains(&repo.id));
        let people: std::collections::BTreeSet<_> =
            reach.flat_map(|team| team.members.iter()).collect();
        people.len()
    }
}
