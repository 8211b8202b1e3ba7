//! JSON of a repository, member for member as Gitea writes it, with the `permissions` of the caller. Pure.

use crate::support::gitea::access::{Rights, rank};
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::clock::rfc3339;
use crate::support::gitea::shapes::View;
use crate::support::gitea::state::Repo;
use serde_json::{Value, json};

impl Ctx<'_> {
    /// A repository as the actor sees it.
    pub fn repo_json(&self, id: i64) -> Value {
        let repo = &self.state.repos[&id];
        let rights = self.state.rights(repo, self.actor);
        let mut json = fixed();
        let moving = [
            self.identity(repo, rights),
            self.addresses(repo),
            self.numbers(repo),
        ];
        let members = json.as_object_mut().unwrap();
        for part in moving {
            members.extend(part.as_object().unwrap().clone());
        }
        json
    }

    fn identity(&self, repo: &Repo, rights: Rights) -> Value {
        // Gitea shows the owner's true address to those whose overall mode is above none: ordinary teams do not raise it
        let view = match rights.mode {
            0 => View::Anonymous,
            _ => View::Plain,
        };
        let owner = self.state.orgs.get(&repo.owner);
        let hidden = owner.is_some_and(|org| org.visibility == "private");
        json!({
            "id": repo.id,
            "owner": self.account_json(repo.owner, view),
            "name": repo.name,
            "full_name": self.full_name(repo),
            "empty": repo.empty,
            "private": repo.private,
            "internal": !repo.private && hidden,
            "archived": repo.archived,
            "permissions": {
                "admin": rights.mode >= rank("admin"),
                "push": rights.code >= rank("write"),
                "pull": rights.code >= rank("read"),
            },
        })
    }

    fn addresses(&self, repo: &Repo) -> Value {
        let (base, full) = (self.base, self.full_name(repo));
        json!({
            "languages_url": format!("{base}/api/v1/repos/{full}/languages"),
            "html_url": format!("{base}/{full}"),
            "url": format!("{base}/api/v1/repos/{full}"),
            "ssh_url": format!("git@localhost:{full}.git"),
            "clone_url": format!("{base}/{full}.git"),
        })
    }

    fn numbers(&self, repo: &Repo) -> Value {
        json!({
            "watchers_count": self.state.watchers(repo),
            "branch_count": usize::from(!repo.empty),
            "created_at": rfc3339(repo.created),
            "updated_at": rfc3339(repo.created),
        })
    }

    fn full_name(&self, repo: &Repo) -> String {
        let owner = self.state.account_name(repo.owner).unwrap_or_default();
        format!("{owner}/{}", repo.name)
    }
}

/// Members that never change in this world.
fn fixed() -> Value {
    serde_json::from_str(FIXED).unwrap()
}

const FIXED: &str = r#"{
    "description": "", "fork": false, "template": false, "mirror": false, "size": 25, "language": "",
    "link": "", "original_url": "", "website": "", "stars_count": 0, "forks_count": 0,
    "open_issues_count": 0, "open_pr_counter": 0, "release_counter": 0, "default_branch": "main",
    "archived_at": "1970-01-01T00:00:00Z", "has_code": true, "has_issues": true,
    "internal_tracker": {"enable_time_tracker": true, "allow_only_contributors_to_track_time": true,
        "enable_issue_dependencies": true},
    "has_wiki": true, "has_pull_requests": true, "has_projects": true, "projects_mode": "all",
    "has_releases": true, "has_packages": true, "has_actions": true, "ignore_whitespace_conflicts": false,
    "allow_merge_commits": true, "allow_rebase": true, "allow_rebase_explicit": true,
    "allow_squash_merge": true, "allow_fast_forward_only_merge": true, "allow_rebase_update": true,
    "allow_manual_merge": false, "autodetect_manual_merge": false,
    "default_delete_branch_after_merge": false, "default_merge_style": "merge",
    "default_allow_maintainer_edit": true, "avatar_url": "", "mirror_interval": "",
    "object_format_name": "sha1", "mirror_updated": "0001-01-01T00:00:00Z", "topics": [], "licenses": []
}"#;
