//! `/user` and `/users`: own identity, own teams (as Sudo too), look-up by name and by number.

use super::{Reply, Route, repos};
use crate::support::gitea::access::rank;
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::paging::{Page, linked, listed};
use crate::support::gitea::wire::Answer;
use serde_json::json;

pub const ROUTES: &[Route] = &[
    ("GET", "user", me),
    ("GET", "user/orgs", my_orgs),
    ("GET", "user/teams", my_teams),
    ("GET", "user/emails", my_emails),
    ("POST", "user/repos", create_repo),
    ("GET", "users/search", search),
    ("GET", "users/{}", by_name),
    ("GET", "users/{}/orgs", orgs_of),
    ("GET", "users/{}/orgs/{}/permissions", permissions),
];

fn me(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let id = ctx.caller(&["user"])?;
    Ok(Answer::json(200, &ctx.user_json(id)))
}

fn my_orgs(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let id = ctx.caller(&["user", "organization"])?;
    let orgs: Vec<_> = ctx.state.orgs_of(id).iter().map(|org| org.id).collect();
    Ok(list_orgs(ctx, &orgs))
}

fn orgs_of(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["user", "organization"])?;
    let id = ctx.user(path[0])?;
    let open = ctx.actor == Some(id) || ctx.is_admin();
    let orgs = ctx.state.orgs_of(id);
    // memberships are not public unless their owner makes them so, which this world never does
    let ids: Vec<_> = orgs.iter().filter(|_| open).map(|org| org.id).collect();
    Ok(list_orgs(ctx, &ids))
}

fn list_orgs(ctx: &Ctx<'_>, ids: &[i64]) -> Answer {
    let page = Page::of(ctx.ask).cut(ids);
    let body: Vec<_> = page.iter().map(|id| ctx.org_json(*id)).collect();
    linked(ctx.ask, ctx.base, ids.len(), &json!(body))
}

fn my_teams(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let id = ctx.caller(&["user"])?;
    let teams = ctx.state.teams.values();
    let mut mine: Vec<_> = teams.filter(|team| team.members.contains(&id)).collect();
    mine.sort_by_key(|team| team.name.to_lowercase());
    let ids: Vec<_> = mine.iter().map(|team| team.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let body: Vec<_> = page.iter().map(|id| ctx.team_json(*id)).collect();
    Ok(linked(ctx.ask, ctx.base, ids.len(), &json!(body)))
}

fn my_emails(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.caller(&["user"])?;
    let email = ctx.me().map(|user| user.email.clone());
    let body = json!([{
        "email": email, "verified": true, "primary": true, "user_id": 0, "username": "",
    }]);
    Ok(Answer::json(200, &body))
}

fn create_repo(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let id = ctx.caller(&["user"])?;
    ctx.scoped(&["repository"])?;
    repos::create_under(ctx, id)
}

fn search(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.scoped(&["user"])?;
    let uid: Option<i64> = ctx.ask.query("uid").and_then(|text| text.parse().ok());
    let word = ctx.ask.query("q").unwrap_or_default().to_lowercase();
    let users = ctx.state.users.values();
    let mut found: Vec<_> = users
        .filter(|user| match uid {
            // like the list of users, the search knows ordinary accounts alone
            _ if user.is_bot => false,
            Some(uid) if uid > 0 => user.id == uid,
            _ => user.login.to_lowercase().contains(&word),
        })
        .collect();
    found.sort_by_key(|user| user.login.clone());
    let ids: Vec<_> = found.iter().map(|user| user.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let data: Vec<_> = page.iter().map(|id| ctx.user_json(*id)).collect();
    let body = json!({"data": data, "ok": true});
    Ok(linked(ctx.ask, ctx.base, ids.len(), &body))
}

fn by_name(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["user"])?;
    let id = match ctx.state.org_named(path[0]) {
        Some(org) => org.id,
        None => ctx.user(path[0])?,
    };
    Ok(Answer::json(200, &ctx.user_json(id)))
}

/// The trap: an ordinary team that may write shows up nowhere in this answer.
fn permissions(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.caller(&["user", "organization"])?;
    let user = ctx.user(path[0])?;
    let org = ctx.org(path[1])?;
    let teams = ctx.state.memberships(org, user);
    let most = teams.iter().map(|team| rank(&team.permission)).max();
    let most = most.unwrap_or_default();
    let at_least = |level: &str| most >= rank(level);
    let can_create = teams.iter().any(|team| team.can_create);
    let body = json!({
        "is_owner": at_least("owner"),
        "is_admin": at_least("admin"),
        "can_write": at_least("write"),
        "can_read": at_least("read"),
        "can_create_repository": can_create,
    });
    Ok(Answer::json(200, &body))
}

/// A page of users as the actor sees them.
pub fn user_page(ctx: &Ctx<'_>, ids: &[i64]) -> Answer {
    let page = Page::of(ctx.ask).cut(ids);
    let body: Vec<_> = page.iter().map(|id| ctx.user_json(*id)).collect();
    listed(ids.len(), &json!(body))
}
