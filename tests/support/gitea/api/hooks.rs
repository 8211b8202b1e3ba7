//! Webhooks of the system, of organizations and of repositories: created, listed, patched, deleted. Nothing is delivered.

use super::{Reply, Route, number, repos};
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::clock::rfc3339;
use crate::support::gitea::paging::{Page, listed};
use crate::support::gitea::state::{Hook, HookPlace, next};
use crate::support::gitea::wire::Answer;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[
    ("GET", "admin/hooks", admin_list),
    ("POST", "admin/hooks", admin_create),
    ("DELETE", "admin/hooks/{}", admin_remove),
    ("POST", "orgs/{}/hooks", org_create),
    ("GET", "repos/{}/{}/hooks", repo_list),
    ("POST", "repos/{}/{}/hooks", repo_create),
    ("PATCH", "repos/{}/{}/hooks/{}", repo_edit),
    ("DELETE", "repos/{}/{}/hooks/{}", repo_remove),
];

/// Events that a word of the API stands for.
fn expand(word: &str) -> Vec<&str> {
    match word {
        "issues" => vec![
            "issues",
            "issue_assign",
            "issue_label",
            "issue_milestone",
            "issue_comment",
        ],
        "pull_request" => vec![
            "pull_request",
            "pull_request_assign",
            "pull_request_label",
            "pull_request_milestone",
            "pull_request_comment",
            "pull_request_review",
            "pull_request_sync",
            "pull_request_review_request",
        ],
        "push"
        | "create"
        | "delete"
        | "fork"
        | "wiki"
        | "repository"
        | "release"
        | "package"
        | "status"
        | "workflow_run"
        | "workflow_job"
        | "issue_comment"
        | "pull_request_comment" => {
            vec![word]
        }
        _ => Vec::new(),
    }
}

fn events(body: &Value) -> BTreeSet<String> {
    let words = body["events"].as_array().into_iter().flatten();
    let known = words.filter_map(Value::as_str).flat_map(expand);
    known.map(str::to_owned).collect()
}

fn json_of(hook: &Hook) -> Value {
    json!({
        "id": hook.id,
        "name": "",
        "type": hook.kind,
        "branch_filter": hook.branch_filter,
        "config": {"content_type": hook.content_type, "url": hook.url},
        "events": hook.events,
        "authorization_header": hook.authorization,
        "active": hook.active,
        "updated_at": rfc3339(hook.created),
        "created_at": rfc3339(hook.created),
    })
}

fn create(ctx: &mut Ctx<'_>, place: HookPlace) -> Reply {
    let body = ctx.ask.json();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, url) = (word(&body["type"]), word(&body["config"]["url"]));
    if !["gitea", "gogs"].contains(&kind.as_str()) {
        return Err(ctx.invalid(&format!("Invalid hook type: {kind}")));
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(ctx.invalid("Invalid url"));
    }
    let hook = Hook {
        id: next(&mut ctx.state.counters.hooks),
        place,
        kind,
        url,
        content_type: word(&body["config"]["content_type"]),
        events: events(&body),
        branch_filter: word(&body["branch_filter"]),
        authorization: word(&body["authorization_header"]),
        active: body["active"] == true,
        created: ctx.now,
    };
    let answer = Answer::json(201, &json_of(&hook));
    ctx.state.hooks.insert(hook.id, hook);
    Ok(answer)
}

fn list(ctx: &Ctx<'_>, wanted: impl Fn(HookPlace) -> bool) -> Answer {
    let all = ctx.state.hooks.values();
    let hooks: Vec<_> = all.filter(|hook| wanted(hook.place)).map(json_of).collect();
    let body = Page::of(ctx.ask).cut(&hooks);
    listed(hooks.len(), &json!(body))
}

fn remove(ctx: &mut Ctx<'_>, id: &str, wanted: impl Fn(HookPlace) -> bool) -> Reply {
    let hook = ctx.state.hooks.get(&number(id));
    let hook = hook.filter(|hook| wanted(hook.place));
    let id = hook.map(|hook| hook.id).ok_or_else(|| ctx.missing())?;
    ctx.state.hooks.remove(&id);
    Ok(Answer::empty(204))
}

fn is_admins(place: HookPlace) -> bool {
    matches!(place, HookPlace::System | HookPlace::Default)
}

/// System hooks alone, unless the query asks for more.
fn admin_list(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.site_admin()?;
    match ctx.ask.query("type").unwrap_or("system") {
        "all" => Ok(list(ctx, is_admins)),
        "default" => Ok(list(ctx, |place| place == HookPlace::Default)),
        _ => Ok(list(ctx, |place| place == HookPlace::System)),
    }
}

/// A default hook unless `config.is_system_webhook` is the string `true`.
fn admin_create(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.site_admin()?;
    let system = ctx.ask.json()["config"]["is_system_webhook"] == "true";
    let place = if system {
        HookPlace::System
    } else {
        HookPlace::Default
    };
    create(ctx, place)
}

fn admin_remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.site_admin()?;
    remove(ctx, path[0], is_admins)
}

fn org_create(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.caller(&["organization"])?;
    let org = ctx.org(path[0])?;
    ctx.org_owner(org)?;
    create(ctx, HookPlace::Org(org))
}

fn repo_list(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let repo = repos::administered(ctx, path[0], path[1])?;
    Ok(list(ctx, |place| place == HookPlace::Repo(repo)))
}

fn repo_create(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let repo = repos::administered(ctx, path[0], path[1])?;
    create(ctx, HookPlace::Repo(repo))
}

/// What is left out is reset: events to push, the rest to nothing. The secret cannot be changed.
fn repo_edit(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let repo = repos::administered(ctx, path[0], path[1])?;
    let body = ctx.ask.json();
    let place = HookPlace::Repo(repo);
    let hook = ctx.state.hooks.get_mut(&number(path[2]));
    let Some(hook) = hook.filter(|hook| hook.place == place) else {
        return Err(ctx.missing());
    };
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    hook.branch_filter = word("branch_filter");
    hook.authorization = word("authorization_header");
    hook.active = body["active"].as_bool().unwrap_or(hook.active);
    hook.events = if body["events"].is_array() {
        events(&body)
    } else {
        ["push".to_owned()].into()
    };
    let answer = Answer::json(200, &json_of(hook));
    Ok(answer)
}

fn repo_remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let repo = repos::administered(ctx, path[0], path[1])?;
    remove(ctx, path[2], |place| place == HookPlace::Repo(repo))
}
