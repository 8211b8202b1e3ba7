//! JSON of users, organizations and teams, member for member as Gitea writes them. Pure.

use super::caller::Ctx;
use super::clock::rfc3339;
use super::state::{Org, Team, User};
use serde_json::{Value, json};

const NEVER: &str = "0001-01-01T00:00:00Z";

/// How much of an account a viewer sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// A site administrator, or the user himself: all of it.
    Full,
    /// Any signed-in caller: the true e-mail address, but no flags.
    Plain,
    /// Anonymous: a placeholder address.
    Anonymous,
}

impl Ctx<'_> {
    /// A user as the actor sees him.
    pub fn user_json(&self, id: i64) -> Value {
        let view = match self.actor {
            Some(me) if me == id || self.is_admin() => View::Full,
            Some(_) => View::Plain,
            None => View::Anonymous,
        };
        self.account_json(id, view)
    }

    /// A user or organization in the form of a user.
    pub fn account_json(&self, id: i64, view: View) -> Value {
        if let Some(user) = self.state.users.get(&id) {
            return user_json(self.base, user, view);
        }
        let org = &self.state.orgs[&id];
        let as_user = User {
            id,
            login: org.name.clone(),
            full_name: org.full_name.clone(),
            avatar: org.avatar.clone(),
            created: org.created,
            ..User::default()
        };
        let mut json = user_json(self.base, &as_user, view);
        json["visibility"] = json!(org.visibility);
        json
    }

    pub fn org_json(&self, id: i64) -> Value {
        org_json(self.base, &self.state.orgs[&id])
    }

    /// A team with its organization.
    pub fn team_json(&self, id: i64) -> Value {
        let team = &self.state.teams[&id];
        team_json(team, self.org_json(team.org))
    }

    /// A team without it, as in lists of one organization and after PATCH.
    pub fn team_json_alone(&self, id: i64) -> Value {
        team_json(&self.state.teams[&id], Value::Null)
    }
}

fn user_json(base: &str, user: &User, view: View) -> Value {
    let full = view == View::Full;
    let email = match view {
        View::Anonymous => format!("{}+{}@noreply.localhost", user.id, user.login),
        _ => user.email.clone(),
    };
    let last_login = if full {
        rfc3339(user.last_login)
    } else {
        NEVER.to_owned()
    };
    let shown = |text: &String| if full { text.clone() } else { String::new() };
    json!({
        "id": user.id,
        "login": user.login,
        "login_name": shown(&user.login_name),
        "source_id": if full { user.source_id } else { 0 },
        "full_name": user.full_name,
        "email": email,
        "avatar_url": format!("{base}/avatars/{}", user.avatar),
        "html_url": format!("{base}/{}", user.login),
        "language": shown(&user.language),
        "is_admin": full && user.is_admin,
        "last_login": last_login,
        "created": rfc3339(user.created),
        "restricted": user.restricted,
        "active": full && user.active,
        "prohibit_login": full && user.prohibit_login,
        "location": "",
        "website": "",
        "description": "",
        "visibility": "public",
        "followers_count": 0,
        "following_count": 0,
        "starred_repos_count": 0,
        "username": user.login,
    })
}

fn org_json(base: &str, org: &Org) -> Value {
    json!({
        "id": org.id,
        "name": org.name,
        "full_name": org.full_name,
        "email": "",
        "avatar_url": format!("{base}/avatars/{}", org.avatar),
        "description": org.description,
        "website": "",
        "location": "",
        "visibility": org.visibility,
        "repo_admin_change_team_access": false,
        "username": org.name,
    })
}

fn team_json(team: &Team, organization: Value) -> Value {
    let units: Vec<_> = team.units.keys().collect();
    json!({
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "organization": organization,
        "includes_all_repositories": team.includes_all,
        "permission": team.permission,
        "units": units,
        "units_map": team.units,
        "can_create_org_repo": team.can_create,
    })
}
