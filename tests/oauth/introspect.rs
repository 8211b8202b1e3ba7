//! What a token is worth now, told to the application that it is for.

use crate::stage::Stage;
use serde_json::{Value, json};

#[tokio::test]
async fn losing_the_team_is_seen_by_whoever_asks_before_the_token_ends() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let (_, answer) = crate::authorize::signed_in(&stage, &web, "ben", "").await;
    let token = answer.token();
    let ask = [
        ("token", token.as_str()),
        ("token_type_hint", "access_token"),
    ];
    let active = stage.post("/oauth/introspect", Some(&service), &ask).await;
    assert_eq!(active.json["active"], true, "{}", active.json);
    assert_eq!(active.json["scope"], "deployments:write");
    assert_eq!(active.json["username"], "ben");
    assert_eq!(active.json["provider"], "gitea");
    assert_eq!(active.json["aud"], "deploy-api");

    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let inactive = stage.post("/oauth/introspect", Some(&service), &ask).await;
    assert_eq!(inactive.json, json!({"active": false}));
    let refused = stage.check_token(&token).await;
    assert_eq!(
        (refused.status, &refused.json["code"]),
        (403, &json!("permission_missing"))
    );
}

#[tokio::test]
async fn nobody_outside_the_audience_learns_anything() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let other = json!({"name": "other-api", "hosts": [], "routes": []});
    let other = crate::stage::id(&stage.ada.must("POST", "/applications", &other).await);
    let stranger = json!({"name": "stranger", "kind": "confidential", "application_id": other});
    let stranger = stage.client(stranger).await;
    let ask = [("token", token.as_str())];
    let told = stage.post("/oauth/introspect", Some(&stranger), &ask).await;
    assert_eq!(told.json, json!({"active": false}));
    let nobody = stage.post("/oauth/introspect", None, &ask).await;
    nobody.is_error(401, "invalid_client");
    let machine = stage.post("/oauth/introspect", Some(&machine), &ask).await;
    machine.is_error(400, "unauthorized_client");
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    for odd in ["x", "a.b.c", ""] {
        let told = stage
            .post("/oauth/introspect", Some(&service), &[("token", odd)])
            .await;
        let expected = if odd.is_empty() { 400 } else { 200 };
        assert_eq!(told.status, expected, "{odd}");
    }
}
