//! `/repos` and `/repositories`: look-up as a user, creation, rename, deletion, search.

use super::{Reply, Route, number, repo_rights};
use crate::support::gitea::access::rank;
use crate::support::gitea::caller::{Ctx, error};
use crate::support::gitea::paging::{Page, linked};
use crate::support::gitea::state::Repo;
use crate::support::gitea::wire::Answer;
use serde_json::json;

pub const ROUTES: &[Route] = &[
    ("GET", "repos/search", search),
    ("GET", "repos/{}/{}", get),
    ("PATCH", "repos/{}/{}", edit),
    ("DELETE", "repos/{}/{}", remove),
    ("GET", "repositories/{}", by_id),
    ("PUT", "repos/{}/{}/collaborators/{}", repo_rights::put),
    (
        "DELETE",
        "repos/{}/{}/collaborators/{}",
        repo_rights::delete,
    ),
    (
        "GET",
        "repos/{}/{}/collaborators/{}/permission",
        repo_rights::permission,
    ),
];

/// The repository of that name as the actor sees it: hidden is 404, an old name is a redirect.
pub fn named(ctx: &Ctx<'_>, owner: &str, name: &str) -> Result<i64, Answer> {
    let Some(owner_id) = ctx.state.account_named(owner) else {
        return Err(ctx.moved(owner).unwrap_or_else(|| ctx.missing()));
    };
    let Some(repo) = ctx.state.repo_named(owner_id, name) else {
        let old = (owner_id, name.to_lowercase());
        let moved = ctx.state.old_repos.get(&old);
        let repo = moved.and_then(|id| ctx.state.repos.get(id));
        return Err(repo.map_or_else(|| ctx.missing(), |repo| ctx.redirect(301, name, &repo.name)));
    };
    if ctx.state.rights(repo, ctx.actor).visible() {
        Ok(repo.id)
    } else {
        Err(ctx.missing())
    }
}

/// The same, for those with admin rights.
pub fn administered(ctx: &Ctx<'_>, owner: &str, name: &str) -> Result<i64, Answer> {
    ctx.caller(&["repository"])?;
    let id = named(ctx, owner, name)?;
    let rights = ctx.state.rights(&ctx.state.repos[&id], ctx.actor);
    if rights.mode >= rank("admin") {
        return Ok(id);
    }
    let message = "user should be an owner or a collaborator with admin write of a repository";
    Err(error(ctx.base, 403, message))
}

fn get(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["repository"])?;
    let id = named(ctx, path[0], path[1])?;
    Ok(Answer::json(200, &ctx.repo_json(id)))
}

fn by_id(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    ctx.scoped(&["repository"])?;
    let repo = ctx.state.repos.get(&number(path[0]));
    let seen = repo.filter(|repo| ctx.state.rights(repo, ctx.actor).visible());
    let id = seen.map(|repo| repo.id).ok_or_else(|| ctx.missing())?;
    Ok(Answer::json(200, &ctx.repo_json(id)))
}

/// Creates a repository of the body under a user or organization.
pub fn create_under(ctx: &mut Ctx<'_>, owner: i64) -> Reply {
    let body = ctx.ask.json();
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(ctx.invalid("[Name]: Required"));
    }
    if ctx.state.repo_named(owner, &name).is_some() {
        let message = "The repository with the same name already exists.";
        return Err(error(ctx.base, 409, message));
    }
    let id = ctx.state.insert_repo(Repo {
        owner,
        name,
        private: body["private"] == true,
        empty: body["auto_init"] != true,
        created: ctx.now,
        ..Repo::default()
    });
    Ok(Answer::json(201, &ctx.repo_json(id)))
}

fn edit(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = administered(ctx, path[0], path[1])?;
    let body = ctx.ask.json();
    if let Some(name) = body["name"].as_str() {
        ctx.state.rename_repo(id, name);
    }
    let repo = ctx.state.repos.get_mut(&id).unwrap();
    repo.private = body["private"].as_bool().unwrap_or(repo.private);
    repo.archived = body["archived"].as_bool().unwrap_or(repo.archived);
    Ok(Answer::json(200, &ctx.repo_json(id)))
}

fn remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let id = administered(ctx, path[0], path[1])?;
    ctx.state.repos.remove(&id);
    Ok(Answer::empty(204))
}

fn search(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    ctx.scoped(&["repository"])?;
    let word = ctx.ask.query("q").unwrap_or_default().to_lowercase();
    let mut found: Vec<_> = ctx.state.repos.values().collect();
    found.retain(|repo| {
        repo.name.to_lowercase().contains(&word) && ctx.state.rights(repo, ctx.actor).visible()
    });
    found.sort_by_key(|repo| repo.name.to_lowercase());
    let ids: Vec<_> = found.iter().map(|repo| repo.id).collect();
    let page = Page::of(ctx.ask).cut(&ids);
    let data: Vec<_> = page.iter().map(|id| ctx.repo_json(*id)).collect();
    let body = json!({"data": data, "ok": true});
    Ok(linked(ctx.ask, ctx.base, ids.len(), &body))
}
