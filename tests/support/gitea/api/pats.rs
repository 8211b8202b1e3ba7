//! `/users/{u}/tokens`: personal access tokens. Asks for a password, never for a token.

use super::{Reply, Route, number};
use crate::support::gitea::caller::{Ctx, error};
use crate::support::gitea::clock::rfc3339;
use crate::support::gitea::keys;
use crate::support::gitea::paging::{Page, listed};
use crate::support::gitea::scope::Scope;
use crate::support::gitea::state::{Pat, next};
use crate::support::gitea::wire::Answer;
use serde_json::{Value, json};

pub const ROUTES: &[Route] = &[
    ("GET", "users/{}/tokens", list),
    ("POST", "users/{}/tokens", create),
    ("DELETE", "users/{}/tokens/{}", remove),
];

const NEVER: &str = "0001-01-01T00:00:00Z";

/// The user whose tokens these are: himself by password, or a site administrator.
fn owner(ctx: &Ctx<'_>, login: &str) -> Result<i64, Answer> {
    ctx.scoped(&["user"])?;
    let id = ctx.user(login)?;
    if !ctx.by_basic {
        return Err(error(ctx.base, 401, "auth required"));
    }
    if ctx.actor == Some(id) || ctx.is_admin() {
        Ok(id)
    } else {
        Err(error(
            ctx.base,
            403,
            "doer should be the site admin or be same as the contextUser",
        ))
    }
}

fn json_of(pat: &Pat, fresh: bool) -> Value {
    let time = |unix| {
        if fresh {
            NEVER.to_owned()
        } else {
            rfc3339(unix)
        }
    };
    json!({
        "id": pat.id,
        "name": pat.name,
        "sha1": if fresh { &pat.token } else { "" },
        "token_last_eight": &pat.token[32..],
        "scopes": pat.scope.words(),
        "created_at": time(pat.created),
        "last_used_at": time(pat.created),
    })
}

fn create(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let user = owner(ctx, path[0])?;
    let body = ctx.ask.json();
    let name = body["name"].as_str().unwrap_or_default().to_owned();
    let words = body["scopes"].as_array().into_iter().flatten();
    let words: Vec<String> = words
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect();
    if ctx
        .state
        .pats
        .values()
        .any(|pat| pat.user == user && pat.name == name)
    {
        return Err(error(
            ctx.base,
            400,
            "access token name has been used already",
        ));
    }
    if words.is_empty() {
        return Err(error(ctx.base, 400, "access token must have a scope"));
    }
    let scope = Scope::parse(&words).map_err(|word| {
        let message =
            format!("invalid access token scope provided: invalid access token scope: {word}");
        error(ctx.base, 400, &message)
    })?;
    let pat = Pat {
        id: next(&mut ctx.state.counters.pats),
        user,
        name,
        token: keys::pat(),
        scope,
        created: ctx.now,
    };
    let answer = Answer::json(201, &json_of(&pat, true));
    ctx.state.pats.insert(pat.id, pat);
    Ok(answer)
}

/// Newest first.
fn list(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let user = owner(ctx, path[0])?;
    let all = ctx.state.pats.values().rev();
    let own: Vec<_> = all
        .filter(|pat| pat.user == user)
        .map(|pat| json_of(pat, false))
        .collect();
    let body = Page::of(ctx.ask).cut(&own);
    Ok(listed(own.len(), &json!(body)))
}

fn remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let user = owner(ctx, path[0])?;
    let wanted = |pat: &Pat| pat.id == number(path[1]) || pat.name == path[1];
    let mut all = ctx.state.pats.values();
    let found = all.find(|pat| pat.user == user && wanted(pat));
    let id = found.map(|pat| pat.id).ok_or_else(|| ctx.missing())?;
    ctx.state.pats.remove(&id);
    Ok(Answer::empty(204))
}
