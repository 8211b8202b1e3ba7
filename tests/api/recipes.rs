//! For every operation that changes something: a call that succeeds.

use crate::operations::Operation;
use crate::world::{Ask, Who, World, session_of, user_of};
use serde_json::{Value, json};

/// Makes an object and gives its address below `/api/v1` with its `ETag`.
pub async fn make(world: &World, noun: &str, draft: Value) -> (String, String) {
    let ask = Ask::new("POST", &format!("/api/v1/{noun}")).by(Who::Administrator);
    let answer = world.call(ask.json(&draft)).await;
    assert_eq!(answer.status, 201, "{noun}: {}", answer.text);
    (answer.header("location"), answer.header("etag"))
}

/// A role that nothing else names.
pub fn role(name: &str) -> Value {
    json!({"name": name, "description": "of a test", "permissions": ["deployments:write"]})
}

/// A role binding to the team of the world.
pub fn binding(world: &World, role: &str) -> Value {
    json!({
        "role": role,
        "subject": {"kind": "team", "id": world.team},
        "range": {"kind": "everywhere"},
    })
}

/// An application that nothing else names.
pub fn application(name: &str) -> Value {
    json!({
        "name": name,
        "hosts": [format!("{name}.example.test")],
        "routes": [{
            "methods": ["POST"],
            "path": "/deploy/**",
            "requirement": {"kind": "permissions", "permissions": ["deployments:write"]},
        }],
    })
}

/// The last segment of an address.
pub fn id_of(location: &str) -> String {
    location.rsplit('/').next().unwrap().to_owned()
}

/// A call of the operation that succeeds in this world. Fails for an operation that it does not know: write one.
pub async fn recipe(world: &World, operation: &Operation) -> Ask {
    let id = operation.said["operationId"].as_str().unwrap();
    let admin = |method: &str, path: &str| Ask::new(method, path).by(Who::Administrator);
    match id {
        "create_role" => admin("POST", "/api/v1/roles").json(&role("made")),
        "create_application" => admin("POST", "/api/v1/applications").json(&application("made")),
        "create_role_binding" => {
            let (role, _) = make(world, "roles", role("bound")).await;
            let draft = binding(world, &id_of(&role));
            admin("POST", "/api/v1/role-bindings").json(&draft)
        }
        "update_role" | "delete_role" => {
            let (at, etag) = make(world, "roles", role("old")).await;
            let ask = admin(&operation.method, &at).header("if-match", &etag);
            with_body(operation, ask, &role("new"))
        }
        "update_application" | "delete_application" => {
            let (at, etag) = make(world, "applications", application("old")).await;
            let ask = admin(&operation.method, &at).header("if-match", &etag);
            with_body(operation, ask, &application("new"))
        }
        "update_role_binding" | "delete_role_binding" => {
            let (role, _) = make(world, "roles", role("changed")).await;
            let mut draft = binding(world, &id_of(&role));
            let (at, etag) = make(world, "role-bindings", draft.clone()).await;
            draft["until"] = json!("2100-01-01T00:00:00Z");
            let ask = admin(&operation.method, &at).header("if-match", &etag);
            with_body(operation, ask, &draft)
        }
        _ => recipe_without_version(world, id).await,
    }
}

async fn recipe_without_version(world: &World, id: &str) -> Ask {
    let admin = |method: &str, path: &str| Ask::new(method, path).by(Who::Administrator);
    match id {
        "end_session" => {
            let session = session_of(Who::Member);
            admin("DELETE", &format!("/api/v1/sessions/{session}"))
        }
        "end_sessions_of_user" => {
            let user = user_of(Who::Member);
            admin("DELETE", &format!("/api/v1/users/{user}/sessions"))
        }
        "end_my_session" => {
            let session = session_of(Who::Member);
            Ask::new("DELETE", &format!("/api/v1/me/sessions/{session}")).by(Who::Member)
        }
        "end_my_sessions" => Ask::new("DELETE", "/api/v1/me/sessions").by(Who::Member),
        "preview_role_binding" => {
            let (role, _) = make(world, "roles", role("thought-of")).await;
            let draft = binding(world, &id_of(&role));
            admin("POST", "/api/v1/role-bindings/impact").json(&json!({"draft": draft}))
        }
        "explain_decision" => {
            make(world, "applications", application("asked")).await;
            let user = user_of(Who::Member);
            let question = json!({
                "user": user, "method": "POST", "host": "asked.example.test", "path": "/deploy/x",
            });
            admin("POST", "/api/v1/decisions/explain").json(&question)
        }
        "sync_mirror" => admin("POST", "/api/v1/mirror/sync"),
        "claim_administrator" => {
            let claim = json!({"code": world.claim_code().unwrap()});
            Ask::new("POST", "/api/v1/administrator/claim")
                .by(Who::Member)
                .json(&claim)
        }
        other => panic!("operation `{other}` changes something; write a call that succeeds"),
    }
}

fn with_body(operation: &Operation, ask: Ask, body: &Value) -> Ask {
    if operation.takes_body() {
        ask.json(body)
    } else {
        ask
    }
}
