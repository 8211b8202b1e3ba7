//! What a token is worth now, told to the application that it is for.

use crate::oauth::stage::Stage;
use crate::support::samovar::SignedIn;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn losing_the_team_is_seen_by_whoever_asks_within_the_bound() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let (_, answer) = crate::oauth::authorize::signed_in(&stage, &web, "ben", "").await;
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
    // By itself, after the bound of five seconds and one read.
    let lost = async {
        loop {
            let answer = stage.check_token(&token).await;
            if answer.status == 403 {
                break answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(120), lost);
    let refused = refused.await.unwrap();
    let inactive = stage.post("/oauth/introspect", Some(&service), &ask).await;
    assert_eq!(inactive.json, json!({"active": false}));
    assert_eq!(
        (refused.status, &refused.json["code"]),
        (403, &json!("permission_missing"))
    );
}

#[tokio::test]
async fn a_token_that_was_revoked_and_one_of_a_disabled_person_are_active_no_more() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let (browser, first) = crate::oauth::authorize::signed_in(&stage, &web, "ben", "").await;
    let mut ben = SignedIn::of(&stage.samovar, browser);
    ben.must("DELETE", "/me/tokens", &Value::Null).await;
    let (_, second) = crate::oauth::authorize::signed_in(&stage, &web, "ben", "").await;
    let (revoked, live) = (first.token(), second.token());
    let asked = async |stage: &Stage, token: &str| {
        let ask = [("token", token)];
        let told = stage.post("/oauth/introspect", Some(&service), &ask).await;
        let refused = stage.check_token(token).await;
        (told.json["active"].clone(), refused.json["code"].clone())
    };
    let told = asked(&stage, &revoked).await;
    assert_eq!(told, (json!(false), json!("token_revoked")));
    assert_eq!(asked(&stage, &live).await, (json!(true), Value::Null));
    stage.gitea.disable_user("ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let told = asked(&stage, &live).await;
    assert_eq!(told, (json!(false), json!("principal_disabled")));
}

#[tokio::test]
async fn anonymous_outside_the_audience_learns_anything() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let other = json!({"name": "other-api", "hosts": [], "routes": []});
    let other = crate::oauth::stage::id(&stage.ada.must("POST", "/applications", &other).await);
    let stranger = json!({"name": "stranger", "kind": "confidential", "application_id": other});
    let stranger = stage.client(stranger).await;
    let ask = [("token", token.as_str())];
    let told = stage.post("/oauth/introspect", Some(&stranger), &ask).await;
    assert_eq!(told.json, json!({"active": false}));
    let anonymous = stage.post("/oauth/introspect", None, &ask).await;
    anonymous.is_error(401, "invalid_client");
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
