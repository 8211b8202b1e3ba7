//! `samovar state` and `samovar sync`: the state of the running server and the mirrored counts, as lines or as JSON.

use super::admin_socket;
use super::error::CliResult;
use hyper::Method;
use serde_json::Value;
use std::path::Path;

pub(super) fn run(socket: &Path, json: bool) -> CliResult {
    let state = admin_socket::request(socket, Method::GET, "/state", None)?;
    Ok(if json {
        format!("{state:#}\n")
    } else {
        lines(&state)
    })
}

/// Starts a full sync and waits for its end.
pub(super) fn sync(socket: &Path) -> CliResult {
    let result = admin_socket::request(socket, Method::POST, "/mirror/sync", None)?;
    let mut lines = format!("read from gitea: {}\n", counts(&result));
    append_problems(&mut lines, &result);
    Ok(lines)
}

fn lines(state: &Value) -> String {
    let member = |name: &str| text(&state[name]);
    let administrators = administrators(&state["administrators"]);
    let break_glass = if state["break_glass"] == true {
        "set"
    } else {
        "off"
    };
    let mut lines = format!(
        "samovar {}, running since {}\nadministrators: {administrators}\nbreak-glass password: {break_glass}\n\
         gitea: {}\nmirrored: {}\nversions: policy {}, directory {}\n",
        member("version"),
        member("started_at"),
        gitea(state),
        counts(state),
        member("policy_version"),
        member("directory_version"),
    );
    append_problems(&mut lines, state);
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

fn counts(object: &Value) -> String {
    let count = |member: &str, one: &str, many: &str| match &object[member] {
        number if *number == 1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    format!(
        "{}, {}, {}",
        count("organizations", "organization", "organizations"),
        count("teams", "team", "teams"),
        count("users", "person", "people"),
    )
}

fn append_problems(lines: &mut String, object: &Value) {
    for problem in object["problems"].as_array().into_iter().flatten() {
        lines.extend(["problem: ", &text(problem), "\n"]);
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::counts;
    use serde_json::json;

    #[test]
    fn count_of_one_has_a_singular_noun() {
        let one = json!({"organizations": 1, "teams": 1, "users": 1});
        assert_eq!(counts(&one), "1 organization, 1 team, 1 person");
        let more = json!({"organizations": 0, "teams": 2, "users": 12});
        assert_eq!(counts(&more), "0 organizations, 2 teams, 12 people");
    }
}
