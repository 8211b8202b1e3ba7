//! `/teams` and the creation of a team: units, members, repositories.

use super::{Reply, Route, number, repos, users};
use crate::support::gitea::caller::{Ctx, error};
use crate::support::gitea::changes::all_units;
use crate::support::gitea::paging::{Page, listed};
use crate::support::gitea::state::Team;
use crate::support::gitea::wire::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    ("POST", "orgs/{}/teams", create),
    ("GET", "teams/{}", get),
    ("PATCH", "teams/{}", edit),
    ("DELETE", "teams/{}", remove),
    ("GET", "teams/{}/members", members),
    ("GET", "teams/{}/members/{}", member),
    ("PUT", "teams/{}/members/{}", add_member),
    ("DELETE", "teams/{}/members/{}", remove_member),
    ("GET", "teams/{}/repos", team_repos),
    ("PUT", "teams/{}/repos/{}/{}", add_repo),
    ("DELETE", "teams/{}/repos/{}/{}", remove_repo),
];

/// Units of a body: a map, or a list at the level of `permission`; admin teams have all.
fn units(body: &Value) -> BTreeMap<String, String> {
    let level = body["permission"].as_str().unwrap_or("read");
    if level == "admin" {
        return all_units("admin");
    }
    let map = body["units_map"].as_object().into_iter().flatten();
    let from_map = map.map(|(unit, level)| (unit.clone(), level.as_str().unwrap().to_owned()));
    let list = body["units"].as_array().into_iter().flatten();
    let from_list = list.map(|unit| (unit.as_str().unwrap().to_owned(), level.to_owned()));
    from_map.chain(from_list).collect()
}

fn permission(body: &Value) -> String {
    let admin = body["permission"] == "admin";
    if admin { "admin" } else { "none" }.to_owned()
}

fn create(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.caller(&["organization"])?;
    let org = ctx.org(path[0])?;
    ctx.org_owner(org)?;
    let body = ctx.ask.json();
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if word("name").is_empty() {
        return Err(ctx.invalid("[Name]: Required"));
    }
    let units = units(&body);
    if units.is_empty() {
        return Err(error(ctx.base, 500, ""));
    }
    free_name(ctx, org, &word("name"), 0)?;
    let id = ctx.state.insert_team(Team {
        org,
        name: word("name"),
        description: word("description"),
        permission: permission(&body),
        units,
        includes_all: body["includes_all_repositories"] == true,
        can_create: body["can_create_org_repo"] == true,
        ..Team::default()
    });
    Ok(Answer::json(201, &ctx.team_json(id)))
}

fn free_name(ctx: &Ctx<'_>, org: i64, name: &str, own: i64) -> Result<(), Answer> {
    let lower = name.to_lowercase();
    let teams = ctx.state.teams_of(org);
    let mut others = teams.iter().filter(|team| team.id != own);
    if others.any(|team| team.name.to_lowercase() == lower) {
        let message = format!("team already exists [org_id: {org}, name: {lower}]");
        return Err(ctx.invalid(&message));
    }
    Ok(())
}

/// The team, for its members, owners of its organization and site administrators.
fn seen(ctx: &Ctx<'_>, id: &str) -> Result<i64, Answer> {
    let me = ctx.caller(&["organization"])?;
    let team = ctx.state.teams.get(&number(id));
    let team = team.ok_or_else(|| ctx.missing())?;
    let inside = team.members.contains(&me) || ctx.state.is_owner(team.org, me);
    if inside || ctx.is_admin() {
        return Ok(team.id);
    }
    if ctx.state.is_member(team.org, me) {
        Err(error(ctx.base, 403, "Must be a team member"))
    } else {
        Err(ctx.missing())
    }
}

/// The team, for those who may change it.
fn held(ctx: &Ctx<'_>, id: &str) -> Result<i64, Answer> {
    let team = seen(ctx, id)?;
    ctx.org_owner(ctx.state.teams[&team].org)?;
    Ok(team)
}

fn get(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let team = seen(ctx, path[0])?;
    Ok(Answer::json(200, &ctx.team_json(team)))
}

fn edit(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = held(ctx, path[0])?;
    let body = ctx.ask.json();
    let org = ctx.state.teams[&id].org;
    if let Some(name) = body["name"].as_str() {
        free_name(ctx, org, name, id)?;
    }
    let team = ctx.state.teams.get_mut(&id).unwrap();
    for (name, into) in [
        ("name", &mut team.name),
        ("description", &mut team.description),
    ] {
        if let Some(value) = body[name].as_str() {
            value.clone_into(into);
        }
    }
    // what is said of repositories is dropped unless a permission is sent too
    if body["permission"].is_string() && team.permission != "owner" {
        team.permission = permission(&body);
        team.units = units(&body);
        let all = body["includes_all_repositories"].as_bool();
        team.includes_all = all.unwrap_or(team.includes_all);
    }
    Ok(Answer::json(200, &ctx.team_json_alone(id)))
}

fn remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = held(ctx, path[0])?;
    ctx.state.teams.remove(&id);
    Ok(Answer::empty(204))
}

/// Ordered by full name, then login.
fn members(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let team = seen(ctx, path[0])?;
    let mut ids: Vec<i64> = ctx.state.teams[&team].members.iter().copied().collect();
    ids.sort_by_key(|id| {
        let user = &ctx.state.users[id];
        (user.full_name.clone(), user.login.clone())
    });
    Ok(users::user_page(ctx, &ids))
}

fn member(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let team = seen(ctx, path[0])?;
    let user = ctx.user(path[1])?;
    if ctx.state.teams[&team].members.contains(&user) {
        Ok(Answer::json(200, &ctx.user_json(user)))
    } else {
        Err(ctx.missing())
    }
}

fn add_member(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = held(ctx, path[0])?;
    let user = ctx.user(path[1])?;
    let team = ctx.state.teams.get_mut(&id).unwrap();
    team.members.insert(user);
    Ok(Answer::empty(204))
}

fn remove_member(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = held(ctx, path[0])?;
    let user = ctx.user(path[1])?;
    let team = ctx.state.teams.get_mut(&id).unwrap();
    if team.permission == "owner" && team.members.len() == 1 && team.members.contains(&user) {
        let message = format!("user is the last member of owner team [uid: {user}]");
        let shown = if ctx.is_admin() { &message } else { "" };
        return Err(error(ctx.base, 500, shown));
    }
    team.members.remove(&user);
    Ok(Answer::empty(204))
}

fn team_repos(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let team = &ctx.state.teams[&seen(ctx, path[0])?];
    let all = ctx.state.repos.values();
    let reached = all.filter(|repo| {
        team.repos.contains(&repo.id) || (team.includes_all && repo.owner == team.org)
    });
    let mut reached: Vec<_> = reached.collect();
    reached.sort_by_key(|repo| repo.name.clone());
    let ids: Vec<_> = reached.iter().map(|repo| repo.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let body: Vec<_> = page.iter().map(|id| ctx.repo_json(*id)).collect();
    Ok(listed(ids.len(), &json!(body)))
}

/// The organization in the path is not looked at: the repository is one of the team's own organization.
fn of_team(ctx: &Ctx<'_>, team: i64, name: &str) -> Result<i64, Answer> {
    let org = ctx.state.teams[&team].org;
    let owner = ctx.state.account_name(org).unwrap_or_default().to_owned();
    repos::named(ctx, &owner, name)
}

fn add_repo(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = held(ctx, path[0])?;
    let repo = of_team(ctx, id, path[2])?;
    ctx.state.teams.get_mut(&id).unwrap().repos.insert(repo);
    Ok(Answer::empty(204))
}

fn remove_repo(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = held(ctx, path[0])?;
    let repo = of_team(ctx, id, path[2])?;
    ctx.state.teams.get_mut(&id).unwrap().repos.remove(&repo);
    Ok(Answer::empty(204))
}
