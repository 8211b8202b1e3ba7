//! `/version` and `/settings/api`: no token needed.

use super::{Reply, Route};
use crate::support::gitea::caller::Ctx;
use crate::support::gitea::wire::Answer;
use serde_json::json;

pub const ROUTES: &[Route] = &[
    ("GET", "version", version),
    ("GET", "settings/api", settings),
];

fn version(ctx: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let version = &ctx.state.settings.version;
    Ok(Answer::json(200, &json!({"version": version})))
}

fn settings(_: &mut Ctx<'_>, _: &[&str]) -> Reply {
    let body = json!({
        "max_response_items": 50,
        "default_paging_num": 30,
        "default_git_trees_per_page": 1000,
        "default_max_blob_size": 10_485_760,
        "default_max_response_size": 104_857_600,
    });
    Ok(Answer::json(200, &body))
}
