//! Direct collaborators of a repository, and the permission answer that does not see ordinary teams.

use super::{Reply, repos};
use crate::support::gitea::access::{LEVELS, rank};
use crate::support::gitea::caller::{Ctx, error};
use crate::support::gitea::shapes::View;
use crate::support::gitea::wire::Answer;
use serde_json::json;

pub fn put(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let repo = repos::administered(ctx, path[0], path[1])?;
    let user = ctx.user(path[2])?;
    let given = ctx.ask.field("permission");
    let level = match given.as_str() {
        "read" | "admin" => given,
        _ => "write".to_owned(),
    };
    let row = ctx.state.repos.get_mut(&repo).unwrap();
    row.collaborators.insert(user, level);
    Ok(Answer::empty(204))
}

pub fn delete(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let repo = repos::administered(ctx, path[0], path[1])?;
    let user = ctx.user(path[2])?;
    let row = ctx.state.repos.get_mut(&repo).unwrap();
    row.collaborators.remove(&user);
    Ok(Answer::empty(204))
}

pub fn permission(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let me = ctx.caller(&["repository"])?;
    let repo = repos::named(ctx, path[0], path[1])?;
    let repo = &ctx.state.repos[&repo];
    let own = ctx.state.rights(repo, Some(me)).mode;
    let asked = ctx.state.user_named(path[2]).map(|user| user.id);
    if own < rank("admin") && asked != Some(me) {
        let message = "Only admins can query all permissions, repo admins can query all repo permissions, collaborators can query only their own";
        return Err(error(ctx.base, 403, message));
    }
    let Some(user) = asked else {
        let message = format!("user does not exist [uid: 0, name: {}]", path[2]);
        return Err(error(ctx.base, 404, &message));
    };
    let level = LEVELS[ctx.state.rights(repo, Some(user)).mode];
    let body = json!({
        "permission": level,
        "role_name": level,
        "user": ctx.account_json(user, View::Plain),
    });
    Ok(Answer::json(200, &body))
}
