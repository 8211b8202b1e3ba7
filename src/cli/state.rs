//! `samovar state` and `samovar sync`: how the running server is, and what Gitea holds, in lines for people or as JSON.

use super::{Outcome, admin_socket};
use hyper::Method;
use serde_json::Value;
use std::path::Path;

pub(super) fn run(socket: &Path, json: bool) -> Outcome {
    let answer = admin_socket::ask(socket, Method::GET, "/state", None)?;
    Ok(if json {
        format!("{answer:#}\n")
    } else {
        lines(&answer)
    })
}

/// Has everything read from Gitea; returns when that is done.
pub(super) fn sync(socket: &Path) -> Outcome {
    let answer = admin_socket::ask(socket, Method::POST, "/mirror/sync", None)?;
    let mut text = format!("read from gitea: {}\n", counts(&answer));
    problems(&mut text, &answer);
    Ok(text)
}

fn lines(state: &Value) -> String {
    let said = |name: &str| text(&state[name]);
    let administrators = administrators(&state["administrators"]);
    let break_glass = if state["break_glass"] == true {
        "set"
    } else {
        "off"
    };
    let mut lines = format!(
        "samovar {}, running since {}\nadministrators: {administrators}\nbreak-glass password: {break_glass}\n\
         gitea: {}\nmirrored: {}\nversions: policy {}, directory {}\n",
        said("version"),
        said("started_at"),
        gitea(state),
        counts(state),
        said("policy_version"),
        said("directory_version"),
    );
    problems(&mut lines, state);
    lines
}

fn administrators(counts: &Value) -> String {
    match (counts["acting"].as_u64(), counts["lasting"].as_u64()) {
        (Some(0) | None, _) => "none".to_owned(),
        (Some(acting), lasting) => {
            let lasting = lasting.unwrap_or(0);
            format!("{acting}, of which {lasting} without an end date")
        }
    }
}

fn gitea(state: &Value) -> String {
    let version = state["gitea"].as_str().unwrap_or("not yet known");
    match state["gitea_away_since"].as_str() {
        Some(since) => format!("no answer since {since}, version {version}"),
        None => format!("version {version}"),
    }
}

fn counts(of: &Value) -> String {
    format!(
        "{} organizations, {} teams, {} people",
        text(&of["organizations"]),
        text(&of["teams"]),
        text(&of["users"])
    )
}

fn problems(lines: &mut String, of: &Value) {
    for problem in of["problems"].as_array().into_iter().flatten() {
        lines.extend(["problem: ", &text(problem), "\n"]);
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
