//! `/orgs`: organizations, their members and their lists of teams.

use super::{Reply, Route, org_body, repos, users};
use crate::support::gitea::caller::{Ctx, error};
use crate::support::gitea::paging::{Page, listed};
use crate::support::gitea::wire::Answer;
use serde_json::json;
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[
    ("GET", "orgs", list),
    ("POST", "orgs", create),
    ("GET", "orgs/{}", get),
    ("PATCH", "orgs/{}", edit),
    ("DELETE", "orgs/{}", remove),
    ("POST", "orgs/{}/rename", rename),
    ("GET", "orgs/{}/members", members),
    ("GET", "orgs/{}/members/{}", member),
    ("GET", "orgs/{}/teams", teams),
    ("GET", "orgs/{}/teams/search", search_teams),
    ("POST", "orgs/{}/repos", create_repo),
];

/// Never looks at the token's scope; private ones are for site administrators alone.
fn list(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let (admin, signed_in) = (ctx.is_admin(), ctx.actor.is_some());
    let mut all: Vec<_> = ctx.state.orgs.values().collect();
    all.retain(|org| match org.visibility.as_str() {
        "private" => admin,
        "limited" => signed_in,
        _ => true,
    });
    all.sort_by_key(|org| org.name.clone());
    let ids: Vec<_> = all.iter().map(|org| org.id).collect();
    Ok(org_body::page(ctx, &ids))
}

fn create(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let owner = ctx.caller(&["organization"])?;
    org_body::create(ctx, owner)
}

fn get(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["organization"])?;
    let org = ctx.org(path[0])?;
    Ok(Answer::json(200, &ctx.org_json(org)))
}

fn edit(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let org = owned(ctx, path[0])?;
    let body = ctx.ask.json();
    if let Some(org) = ctx.state.orgs.get_mut(&org) {
        for (name, into) in [
            ("full_name", &mut org.full_name),
            ("description", &mut org.description),
            ("visibility", &mut org.visibility),
        ] {
            if let Some(value) = body[name].as_str() {
                value.clone_into(into);
            }
        }
    }
    Ok(Answer::json(200, &ctx.org_json(org)))
}

fn remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let org = owned(ctx, path[0])?;
    ctx.state.remove_org(org);
    Ok(Answer::empty(204))
}

fn rename(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let org = owned(ctx, path[0])?;
    let to = ctx.ask.field("new_name");
    match ctx.state.account_named(&to) {
        Some(other) if other != org => {
            Err(ctx.invalid(&format!("user already exists [name: {to}]")))
        }
        _ => {
            ctx.state.rename_account(org, &to);
            Ok(Answer::empty(204))
        }
    }
}

fn owned(ctx: &Ctx<'_>, name: &str) -> Result<i64, Answer> {
    ctx.caller(&["organization"])?;
    let org = ctx.org(name)?;
    ctx.org_owner(org)?;
    Ok(org)
}

/// Whether the actor sees memberships that are not public.
fn inside(ctx: &Ctx<'_>, org: i64) -> bool {
    let member = ctx.actor.is_some_and(|me| ctx.state.is_member(org, me));
    member || ctx.is_admin()
}

fn members(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["organization"])?;
    let org = ctx.org(path[0])?;
    let teams = ctx.state.teams_of(org);
    let ids: BTreeSet<i64> = teams
        .iter()
        .flat_map(|team| team.members.iter().copied())
        .filter(|_| inside(ctx, org))
        .collect();
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_by_key(|id| ctx.state.users[id].login.clone());
    Ok(users::user_page(ctx, &ids))
}

fn member(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["organization"])?;
    let org = ctx.org(path[0])?;
    let user = ctx.user(path[1])?;
    if !inside(ctx, org) {
        let name = ctx.state.account_name(org).unwrap_or_default();
        let to = format!("/api/v1/orgs/{name}/public_members/{}", path[1]);
        return Ok(Answer::redirect(ctx.ask, 303, &to));
    }
    if ctx.state.is_member(org, user) {
        Ok(Answer::empty(204))
    } else {
        Err(ctx.missing())
    }
}

/// Needs membership; any other caller is 403 even where the organization is public.
fn entered(ctx: &Ctx<'_>, name: &str) -> Result<i64, Answer> {
    ctx.caller(&["organization"])?;
    let org = ctx.org(name)?;
    if inside(ctx, org) {
        Ok(org)
    } else {
        Err(error(ctx.base, 403, "Must be an organization member"))
    }
}

fn teams(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let org = entered(ctx, path[0])?;
    let teams = ctx.state.teams_of(org);
    let ids: Vec<_> = teams.iter().map(|team| team.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let body: Vec<_> = page.iter().map(|id| ctx.team_json_alone(*id)).collect();
    Ok(listed(ids.len(), &json!(body)))
}

fn search_teams(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let org = entered(ctx, path[0])?;
    let word = ctx.ask.query("q").unwrap_or_default().to_lowercase();
    let mut teams = ctx.state.teams_of(org);
    teams.retain(|team| team.name.to_lowercase().contains(&word));
    let ids: Vec<_> = teams.iter().map(|team| team.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let data: Vec<_> = page.iter().map(|id| ctx.team_json_alone(*id)).collect();
    Ok(listed(ids.len(), &json!({"data": data, "ok": true})))
}

fn create_repo(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let me = ctx.caller(&["organization"])?;
    ctx.scoped(&["repository"])?;
    let org = ctx.org(path[0])?;
    let teams = ctx.state.memberships(org, me);
    if !ctx.is_admin() && !teams.iter().any(|team| team.can_create) {
        let message = "Given user is not allowed to create repository in organization.";
        return Err(error(ctx.base, 403, message));
    }
    repos::create_under(ctx, org)
}
