//! The stand-in's API under `/api/v1`: one table of routes, then one file per noun. Handlers take a `Ctx` and give an
//! answer; a refusal is an answer too.
#![allow(
    clippy::unnecessary_wraps,
    reason = "handlers stand in one table and share one signature"
)]

mod admin;
mod applications;
mod hooks;
mod misc;
mod org_body;
mod orgs;
mod pats;
mod repo_rights;
mod repo_shape;
mod repos;
mod teams;
mod users;

use super::caller::Ctx;
use super::state::State;
use super::wire::{Answer, Ask};

/// What a handler gives: both sides are answers.
pub type Reply = Result<Answer, Answer>;

/// A handler; the slice holds the segments that the pattern left open.
pub type Handler = fn(&mut Ctx<'_>, &[&str]) -> Reply;

/// Method, pattern (`{}` is one segment), handler.
pub type Route = (&'static str, &'static str, Handler);

const TABLES: [&[Route]; 9] = [
    misc::ROUTES,
    users::ROUTES,
    pats::ROUTES,
    applications::ROUTES,
    admin::ROUTES,
    orgs::ROUTES,
    teams::ROUTES,
    repos::ROUTES,
    hooks::ROUTES,
];

/// Answers one request to the API.
pub fn answer(state: &mut State, ask: &Ask, base: &str, now: i64) -> Answer {
    let path: Vec<&str> = ask.path.iter().skip(2).map(String::as_str).collect();
    let routes = TABLES.iter().copied().flatten();
    let matching: Vec<_> = routes
        .filter_map(|route| Some((route, captures(route.1, &path)?)))
        .collect();
    if matching.is_empty() {
        return Answer::text(404, "404 page not found\n");
    }
    let chosen = matching
        .iter()
        .find(|(route, _)| route.0 == ask.method.as_str());
    let Some(((_, _, handler), open)) = chosen else {
        return Answer::empty(405);
    };
    let mut ctx = match Ctx::enter(state, ask, base, now) {
        Ok(ctx) => ctx,
        Err(denial) => return finish(ask, denial),
    };
    let answer = handler(&mut ctx, open).unwrap_or_else(|denial| denial);
    finish(ask, answer)
}

/// What every answer of the API carries.
fn finish(ask: &Ask, answer: Answer) -> Answer {
    let answer = answer.with(
        "cache-control",
        "max-age=0, private, must-revalidate, no-transform",
    );
    let by_query = ask.query("access_token").or_else(|| ask.query("token"));
    match by_query {
        Some(_) => answer.with("x-gitea-warning", WARNING),
        None => answer,
    }
}

const WARNING: &str = "token and access_token API authentication is deprecated and will be removed in gitea 1.23. Please use AuthorizationHeaderToken instead. Existing queries will continue to work but without authorization.";

fn captures<'p>(pattern: &str, path: &[&'p str]) -> Option<Vec<&'p str>> {
    let parts: Vec<&str> = pattern.split('/').collect();
    if parts.len() != path.len() {
        return None;
    }
    let mut open = Vec::new();
    for (part, segment) in parts.iter().zip(path) {
        match *part {
            "{}" => open.push(*segment),
            literal if literal != *segment => return None,
            _ => {}
        }
    }
    Some(open)
}

/// A number in the path; anything else is not found.
fn number(text: &str) -> i64 {
    text.parse().unwrap_or(-1)
}
