//! `/user/applications/oauth2`: OAuth applications of the caller. The secret is shown on creation and on every PATCH,
//! which always makes a new one.

use super::{Reply, Route, number};
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::clock::rfc3339;
use crate::support::gitea::keys;
use crate::support::gitea::paging::{Page, linked};
use crate::support::gitea::state::{App, next};
use crate::support::gitea::wire::Answer;
use serde_json::{Value, json};

pub const ROUTES: &[Route] = &[
    ("POST", "user/applications/oauth2", create),
    ("GET", "user/applications/oauth2", list),
    ("GET", "user/applications/oauth2/{}", get),
    ("PATCH", "user/applications/oauth2/{}", edit),
    ("DELETE", "user/applications/oauth2/{}", remove),
];

fn json_of(app: &App, secret: &str) -> Value {
    json!({
        "id": app.id,
        "name": app.name,
        "client_id": app.client_id,
        "client_secret": secret,
        "confidential_client": app.confidential,
        "skip_secondary_authorization": app.skip,
        "redirect_uris": app.redirect_uris,
        "created": rfc3339(app.created),
    })
}

/// What a body says; everything left out is its zero.
fn fill(ctx: &Ctx<'_>, mut app: App) -> Result<App, Answer> {
    let body = ctx.ask.json();
    let name = body["name"].as_str().unwrap_or_default();
    if name.is_empty() {
        return Err(ctx.invalid("[Name]: Required"));
    }
    let uris = body["redirect_uris"].as_array().into_iter().flatten();
    name.clone_into(&mut app.name);
    app.redirect_uris = uris
        .filter_map(|uri| uri.as_str().map(str::to_owned))
        .collect();
    app.confidential = body["confidential_client"] == true;
    app.skip = body["skip_secondary_authorization"] == true;
    app.secret = keys::word("gto_");
    Ok(app)
}

fn create(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let owner = ctx.caller(&["user"])?;
    let mut app = fill(
        ctx,
        App {
            id: 0,
            owner,
            name: String::new(),
            client_id: keys::client_id(),
            secret: String::new(),
            confidential: false,
            skip: false,
            redirect_uris: Vec::new(),
            created: ctx.now,
        },
    )?;
    app.id = next(&mut ctx.state.counters.apps);
    let answer = Answer::json(201, &json_of(&app, &app.secret));
    ctx.state.apps.insert(app.id, app);
    Ok(answer)
}

/// Newest first.
fn list(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let me = ctx.caller(&["user"])?;
    let all = ctx.state.apps.values().rev();
    let own: Vec<_> = all
        .filter(|app| app.owner == me)
        .map(|app| json_of(app, ""))
        .collect();
    let body = Page::of(ctx.ask).cut(&own);
    Ok(linked(ctx.ask, ctx.base, own.len(), &json!(body)))
}

fn own(ctx: &Ctx<'_>, id: &str) -> Result<App, Answer> {
    let me = ctx.caller(&["user"])?;
    let app = ctx.state.apps.get(&number(id));
    let app = app.filter(|app| app.owner == me);
    app.cloned().ok_or_else(|| ctx.missing())
}

fn get(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let app = own(ctx, path[0])?;
    Ok(Answer::json(200, &json_of(&app, "")))
}

fn edit(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let app = fill(ctx, own(ctx, path[0])?)?;
    let answer = Answer::json(200, &json_of(&app, &app.secret));
    ctx.state.apps.insert(app.id, app);
    Ok(answer)
}

fn remove(ctx: &mut Ctx<'_>, path: &[&str]) -> Reply {
    let app = own(ctx, path[0])?;
    ctx.state.remove_app(app.id);
    Ok(Answer::empty(204))
}
