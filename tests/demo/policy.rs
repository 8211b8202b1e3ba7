//! What the demo's administrator sets up in Samovar, by the API alone: two roles, two bindings, one application.

use crate::support::samovar::SignedIn;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Makes everything; gives the nginx server of the application, which answers at `front` and is served from `upstream`.
pub async fn set_up(ada: &mut SignedIn, front: SocketAddr, upstream: SocketAddr) -> String {
    let draft = application(&front.to_string());
    let application = ada.must("POST", "/applications", &draft).await;
    let id = application["id"].as_str().unwrap().to_owned();
    // the first reading of Gitea may still be under way
    ada.must("POST", "/mirror/sync", &Value::Null).await;
    let teams = ada.get("/teams?limit=200").await;
    for (role, permissions, team) in [
        (
            "deployer",
            json!(["deployments:read", "deployments:write"]),
            "Deployers",
        ),
        ("viewer", json!(["deployments:read"]), "Readers"),
    ] {
        let role = json!({"name": role, "permissions": permissions});
        let role = ada.must("POST", "/roles", &role).await;
        let binding = json!({
            "role": role["id"],
            "subject": {"kind": "team", "id": team_id(&teams, team)},
            "range": {"kind": "application", "id": id},
        });
        ada.must("POST", "/role-bindings", &binding).await;
    }
    let snippet = ada.get(&format!("/applications/{id}/snippets/nginx")).await;
    let block = snippet["text"].as_str().unwrap();
    let pasted: Vec<String> = block.lines().map(|line| pointed(line, upstream)).collect();
    format!("server {{\nlisten {front};\n{}\n}}\n", pasted.join("\n"))
}

/// The one line that a person changes after pasting.
fn pointed(line: &str, upstream: SocketAddr) -> String {
    if line.ends_with("# the application") {
        format!("proxy_pass http://{upstream};")
    } else {
        line.to_owned()
    }
}

fn application(host: &str) -> Value {
    let route = |methods: &[&str], path: &str, requirement: Value| json!({"methods": methods, "path": path, "requirement": requirement});
    let permission = |text: &str| json!({"kind": "permissions", "permissions": [text]});
    let mut deploy = route(
        &["POST"],
        "/deploy/{owner}/{repo}",
        permission("deployments:write"),
    );
    deploy["repository"] = json!("write");
    json!({
        "name": "board",
        "hosts": [host],
        "routes": [
            route(&["GET"], "/health", json!({"kind": "public"})),
            route(&["GET"], "/", json!({"kind": "signed-in"})),
            route(&["GET"], "/whoami", json!({"kind": "signed-in"})),
            route(&["GET"], "/deployments", permission("deployments:read")),
            route(&["GET"], "/deployments.json", permission("deployments:read")),
            deploy,
        ],
    })
}

fn team_id(teams: &Value, name: &str) -> i64 {
    let mut items = teams["items"].as_array().unwrap().iter();
    let team = items.find(|team| team["name"] == name);
    team.unwrap_or_else(|| panic!("no team {name} in {teams}"))["id"]
        .as_i64()
        .unwrap()
}
