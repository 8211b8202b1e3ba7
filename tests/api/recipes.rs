//! For every operation that changes something: a call that succeeds.

use crate::api::operations::Operation;
use crate::api::world::{Ask, Who, World, session_of, user_of};
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
        "show_snippet_with_secret" => {
            let (at, _) = make(world, "applications", application("shown")).await;
            admin("POST", &format!("{at}/snippets/nginx"))
        }
        "rotate_proxy_secret" => {
            let (at, _) = make(world, "applications", application("rotated")).await;
            admin("POST", &format!("{at}/proxy-secret/rotate")).json(&json!({}))
        }
        "update_role_binding" | "delete_role_binding" => {
            let (role, _) = make(world, "roles", role("changed")).await;
            let mut draft = binding(world, &id_of(&role));
            let (at, etag) = make(world, "role-bindings", draft.clone()).await;
            draft["until"] = json!("2100-01-01T00:00:00Z");
            let ask = admin(&operation.method, &at).header("if-match", &etag);
            with_body(operation, ask, &draft)
        }
        "create_service_account"
        | "update_service_account"
        | "delete_service_account"
        | "create_service_account_secret"
        | "delete_service_account_secret" => {
            recipe_of_machine(world, operation, "service-accounts", &service_account()).await
        }
        "create_client"
        | "update_client"
        | "delete_client"
        | "create_client_secret"
        | "delete_client_secret" => {
            let (at, _) = make(world, "applications", application("served")).await;
            recipe_of_machine(world, operation, "clients", &client(&id_of(&at))).await
        }
        _ => recipe_without_version(world, id).await,
    }
}

/// A service account of the member.
pub fn service_account() -> Value {
    json!({"name": "ci", "owner": {"kind": "user", "id": user_of(Who::Member)}})
}

/// A confidential client of an application.
pub fn client(application: &str) -> Value {
    json!({
        "name": "web", "application_id": application, "kind": "confidential",
        "redirect_uris": ["https://web.example.test/callback"],
    })
}

async fn recipe_of_machine(world: &World, operation: &Operation, noun: &str, draft: &Value) -> Ask {
    let admin = |method: &str, path: &str| Ask::new(method, path).by(Who::Administrator);
    let id = operation.said["operationId"].as_str().unwrap();
    if id.starts_with("create_") && !id.ends_with("_secret") {
        return admin("POST", &format!("/api/v1/{noun}")).json(draft);
    }
    let (at, etag) = make(world, noun, draft.clone()).await;
    let secrets = format!("{at}/secrets");
    if id.starts_with("create_") {
        return admin("POST", &secrets).json(&json!({}));
    }
    if id.ends_with("_secret") {
        let secret = world.call(admin("POST", &secrets).json(&json!({}))).await;
        let secret = secret.json()["id"].as_str().unwrap().to_owned();
        return admin("DELETE", &format!("{secrets}/{secret}"));
    }
    let ask = admin(&operation.method, &at).header("if-match", &etag);
    with_body(operation, ask, draft)
}

/// A secret of the member's own service account, made by the administrator; gives the address of its secrets.
async fn own_secret(world: &World) -> (String, String) {
    let (at, _) = make(world, "service-accounts", service_account()).await;
    let own = format!("/api/v1/me/service-accounts/{}/secrets", id_of(&at));
    let ask = Ask::new("POST", &own).by(Who::Member).json(&json!({}));
    let secret = world.call(ask).await;
    (own, secret.json()["id"].as_str().unwrap().to_owned())
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
        _ => recipe_of_tokens(world, id).await,
    }
}

async fn recipe_of_tokens(world: &World, id: &str) -> Ask {
    let admin = |method: &str, path: &str| Ask::new(method, path).by(Who::Administrator);
    match id {
        "create_my_service_account_secret" => {
            let (own, _) = own_secret(world).await;
            Ask::new("POST", &own).by(Who::Member).json(&json!({}))
        }
        "delete_my_service_account_secret" => {
            let (own, secret) = own_secret(world).await;
            Ask::new("DELETE", &format!("{own}/{secret}")).by(Who::Member)
        }
        "revoke_my_tokens" => Ask::new("DELETE", "/api/v1/me/tokens").by(Who::Member),
        "revoke_tokens_of_user" => {
            let user = user_of(Who::Member);
            admin("DELETE", &format!("/api/v1/users/{user}/tokens"))
        }
        "revoke_tokens_of_service_account" => {
            let (at, _) = make(world, "service-accounts", service_account()).await;
            admin("DELETE", &format!("{at}/tokens"))
        }
        "end_grant" => {
            let grant = world.grant().await;
            admin("DELETE", &format!("/api/v1/grants/{grant}"))
        }
        "end_my_grant" => {
            let grant = world.grant().await;
            Ask::new("DELETE", &format!("/api/v1/me/grants/{grant}")).by(Who::Member)
        }
        "rotate_signing_key" => {
            admin("POST", "/api/v1/signing-keys/rotate").json(&json!({"algorithm": "EdDSA"}))
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
