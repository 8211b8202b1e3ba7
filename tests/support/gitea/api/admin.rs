//! `/admin/users` and `/admin/orgs`: for site administrators alone.

use super::{Reply, Route, org_body};
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::paging::{Page, linked};
use crate::support::gitea::state::User;
use crate::support::gitea::wire::Answer;
use serde_json::{Value, json};

pub const ROUTES: &[Route] = &[
    ("GET", "admin/users", list),
    ("POST", "admin/users", create),
    ("PATCH", "admin/users/{}", edit),
    ("DELETE", "admin/users/{}", remove),
    ("POST", "admin/users/{}/rename", rename),
    ("POST", "admin/users/{}/orgs", create_org),
    ("GET", "admin/orgs", orgs),
];

/// Ordinary accounts alone: bots and organizations are not listed.
fn list(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.site_admin()?;
    let users = ctx.state.users.values();
    let mut found: Vec<_> = users
        .filter(|user| !user.is_bot && wanted(ctx, user))
        .collect();
    found.sort_by_key(|user| user.login.clone());
    let ids: Vec<_> = found.iter().map(|user| user.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let body: Vec<_> = page.iter().map(|id| ctx.user_json(*id)).collect();
    Ok(linked(ctx.ask, ctx.base, ids.len(), &json!(body)))
}

fn wanted(ctx: &Ctx<'_>, user: &User) -> bool {
    let flag = |name: &str, value: bool| {
        let asked = ctx.ask.query(name);
        asked.is_none_or(|text| text == value.to_string())
    };
    let word = ctx.ask.query("q").unwrap_or_default().to_lowercase();
    let source = ctx
        .ask
        .query("source_id")
        .and_then(|id| id.parse::<i64>().ok());
    let source = source.filter(|id| *id > 0);
    let name = ctx.ask.query("login_name").unwrap_or_default();
    flag("is_prohibit_login", user.prohibit_login)
        && flag("is_active", user.active)
        && flag("is_admin", user.is_admin)
        && flag("is_restricted", user.restricted)
        && user.login.to_lowercase().contains(&word)
        && source.is_none_or(|id| user.source_id == id)
        && (name.is_empty() || user.login_name == name)
}

fn create(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.site_admin()?;
    let body = ctx.ask.json();
    let login = text(&body, "username");
    if login.is_empty() {
        return Err(ctx.invalid("[Username]: Required"));
    }
    if ctx.state.account_named(&login).is_some() {
        return Err(ctx.invalid(&format!("user already exists [name: {login}]")));
    }
    let flag = |name: &str, default: bool| body[name].as_bool().unwrap_or(default);
    let id = ctx.state.insert_user(User {
        email: text(&body, "email"),
        password: text(&body, "password"),
        full_name: text(&body, "full_name"),
        login_name: text(&body, "login_name"),
        source_id: body["source_id"].as_i64().unwrap_or(0),
        restricted: flag("restricted", false),
        must_change_password: flag("must_change_password", true),
        active: true,
        created: ctx.now,
        login,
        ..User::default()
    });
    Ok(Answer::json(201, &ctx.user_json(id)))
}

fn edit(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.site_admin()?;
    let id = ctx.user(path[0])?;
    let body = ctx.ask.json();
    if text(&body, "login_name").is_empty() {
        return Err(ctx.invalid("[LoginName]: Required"));
    }
    if let Some(user) = ctx.state.users.get_mut(&id) {
        apply(user, &body);
    }
    Ok(Answer::json(200, &ctx.user_json(id)))
}

fn apply(user: &mut User, body: &Value) {
    let flag = |name: &str, into: &mut bool| *into = body[name].as_bool().unwrap_or(*into);
    flag("active", &mut user.active);
    flag("admin", &mut user.is_admin);
    flag("prohibit_login", &mut user.prohibit_login);
    flag("restricted", &mut user.restricted);
    flag("must_change_password", &mut user.must_change_password);
    let words = [
        ("login_name", &mut user.login_name),
        ("full_name", &mut user.full_name),
        ("email", &mut user.email),
        ("password", &mut user.password),
    ];
    for (name, into) in words {
        if let Some(value) = body[name].as_str() {
            value.clone_into(into);
        }
    }
    user.source_id = body["source_id"].as_i64().unwrap_or(user.source_id);
}

fn remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.site_admin()?;
    let id = ctx.user(path[0])?;
    let purge = ctx.ask.query("purge") == Some("true");
    if !purge && ctx.state.repos.values().any(|repo| repo.owner == id) {
        let message = format!("user still has ownership of repositories [uid: {id}]");
        return Err(ctx.invalid(&message));
    }
    if !purge && !ctx.state.orgs_of(id).is_empty() {
        let message = format!("user still has membership of organizations [uid: {id}]");
        return Err(ctx.invalid(&message));
    }
    ctx.state.remove_user(id);
    Ok(Answer::empty(204))
}

fn rename(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.site_admin()?;
    let id = ctx.user(path[0])?;
    let to = text(&ctx.ask.json(), "new_username");
    match ctx.state.account_named(&to) {
        Some(other) if other != id => {
            Err(ctx.invalid(&format!("user already exists [name: {to}]")))
        }
        _ => {
            ctx.state.rename_account(id, &to);
            Ok(Answer::empty(204))
        }
    }
}

fn create_org(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.site_admin()?;
    let owner = ctx.user(path[0])?;
    org_body::create(ctx, owner)
}

fn orgs(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.site_admin()?;
    let mut all: Vec<_> = ctx.state.orgs.values().collect();
    all.sort_by_key(|org| org.name.clone());
    let ids: Vec<_> = all.iter().map(|org| org.id).collect();
    Ok(org_body::page(ctx, &ids))
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}
