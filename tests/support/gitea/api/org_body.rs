//! What several routes need of organizations: creating one from a body, and a page of them.

use super::Reply;
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::paging::{Page, linked};
use crate::support::gitea::state::Org;
use crate::support::gitea::wire::Answer;
use serde_json::json;

/// Creates an organization of the body's `username`, owned by that user.
pub fn create(ctx: &mut Ctx<'_>, owner: i64) -> Reply {
    let body = ctx.ask.json();
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let name = word("username");
    if name.is_empty() {
        return Err(ctx.invalid("[UserName]: Required"));
    }
    if ctx.state.account_named(&name).is_some() {
        return Err(ctx.invalid(&format!("user already exists [name: {name}]")));
    }
    let visibility = match word("visibility") {
        empty if empty.is_empty() => "public".to_owned(),
        given => given,
    };
    let org = Org {
        name,
        full_name: word("full_name"),
        description: word("description"),
        visibility,
        created: ctx.now,
        ..Org::default()
    };
    let id = ctx.state.insert_org(org, owner);
    Ok(Answer::json(201, &ctx.org_json(id)))
}

/// A page of organizations.
pub fn page(ctx: &Ctx<'_>, ids: &[i64]) -> Answer {
    let page = Page::of(ctx.ask).cut(ids);
    let body: Vec<_> = page.iter().map(|id| ctx.org_json(*id)).collect();
    linked(ctx.ask, ctx.base, ids.len(), &json!(body))
}
