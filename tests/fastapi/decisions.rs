//! The example's endpoints that ask Samovar for a decision about each call.

use crate::fastapi::stage::{Answer, Stage, change, code};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A call of ben's, who has nothing but a personal token of Gitea.
async fn clear(stage: &Stage, token: &str) -> Answer {
    let credential = format!("token {token}");
    stage
        .call(Method::DELETE, "/deployments", &credential)
        .await
}

#[tokio::test]
async fn a_team_that_is_lost_between_the_token_and_the_call_is_seen_at_once() {
    let mut stage = Stage::set().await;
    let token = stage.gitea.token("ben", "api", &["read:user"]).await;
    assert_eq!(clear(&stage, &token).await.0, 204);
    stage.gitea.remove_member(stage.deployers, "ben").await;
    stage.sync().await;
    let refused = clear(&stage, &token).await;
    assert_eq!(code(&refused), (403, "permission_missing"));
    let credential = format!("token {token}");
    let path = "/deployments/api";
    let others = stage.call(Method::POST, path, &credential).await;
    assert_eq!(others.0, 201, "a local check sees it when the token ends");
    stage.gitea.add_member(stage.deployers, "ben").await;
    stage.sync().await;
    assert_eq!(clear(&stage, &token).await.0, 204);
    stage.gitea.disable_user("ben").await;
    stage.sync().await;
    let refused = clear(&stage, &token).await;
    assert_eq!(code(&refused), (401, "principal_disabled"));
}

#[tokio::test]
async fn a_narrow_scope_is_denied_locally_and_a_revoked_token_or_missing_key_by_samovar() {
    let mut stage = Stage::set().await;
    let narrow = [("scope", "deployments:read")];
    let narrow = stage.token("deploy-api", &narrow).await;
    let refused = stage.delete("/deployments", &narrow).await;
    assert_eq!(code(&refused), (403, "scope_insufficient"));
    let token = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.delete("/deployments", &token).await.0, 204);
    let all = format!("/service-accounts/{}/tokens", stage.machine.0);
    stage.ada.must("DELETE", &all, &Value::Null).await;
    let refused = stage.delete("/deployments", &token).await;
    assert_eq!(code(&refused), (401, "token_revoked"));
    let token = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.delete("/deployments", &token).await.0, 204);
    let replace = json!({"algorithm": "EdDSA", "immediately": true});
    let path = "/signing-keys/rotate";
    stage.ada.must("POST", path, &replace).await;
    let refused = stage.delete("/deployments", &token).await;
    assert_eq!(code(&refused), (401, "token_key_unknown"));
}

#[tokio::test]
async fn without_a_permission_the_routes_in_samovar_decide_and_a_change_of_them_counts_at_once() {
    let mut stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.get("/reports/api", &token).await.0, 200);
    let path = format!("/applications/{}", stage.application);
    let mut application = stage.ada.get(&path).await;
    let needs = json!({"kind": "permissions", "permissions": ["reports:read"]});
    let route = json!({"methods": ["GET"], "path": "/reports/{name}", "requirement": needs});
    let routes = application["routes"].as_array_mut().unwrap();
    routes.insert(0, route);
    change(&mut stage.ada, &path, application).await;
    let refused = stage.get("/reports/api?all=1", &token).await;
    assert_eq!(code(&refused), (403, "permission_missing"));
    for (ambiguous, status, said) in [
        ("/reports/a%252Fb", 400, "target_ambiguous"),
        ("/reports/api;x", 400, "target_ambiguous"),
    ] {
        let refused = stage.get(ambiguous, &token).await;
        assert_eq!(code(&refused), (status, said), "{ambiguous}");
    }
    let mut application = stage.ada.get(&path).await;
    application["routes"] = json!([]);
    change(&mut stage.ada, &path, application).await;
    let refused = stage.get("/reports/api", &token).await;
    assert_eq!(code(&refused), (403, "route_unknown"));
}

#[tokio::test]
async fn each_decision_stands_in_the_audit_log() {
    let mut stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    for _ in 0..2 {
        assert_eq!(stage.delete("/deployments", &token).await.0, 204);
    }
    let path = "/audit-events?action=request.decide&outcome=allowed&limit=200";
    let events = stage.ada.get(path).await;
    let client = &stage.confidential.0;
    let object = format!("deployments:delete, asked by client {client}");
    let events = events["items"].as_array().unwrap().iter();
    let found: Vec<_> = events.filter(|e| e["object"]["id"] == *object).collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["object"]["kind"], "permission");
    let actor = &found[0]["actor"];
    assert_eq!(actor["id"], json!(stage.machine.0), "{actor}");
}

#[tokio::test]
async fn while_samovar_is_down_or_gitea_beyond_the_grace_nothing_is_decided() {
    let mut stage = Stage::set_with("grace = '5s'\n").await;
    let token = stage.gitea.token("ben", "api", &["read:user"]).await;
    assert_eq!(clear(&stage, &token).await.0, 204);
    stage.samovar.go_away().await;
    let refused = clear(&stage, &token).await;
    assert_eq!(code(&refused), (503, "samovar_unavailable"));
    let credential = format!("token {token}");
    let known = stage.call(Method::GET, "/whoami", &credential).await;
    assert_eq!(known.0, 200, "others go on");
    stage.samovar.come_back().await;
    assert_eq!(clear(&stage, &token).await.0, 204);
    stage.gitea.go_away().await;
    let refused = loop {
        let answer = clear(&stage, &token).await;
        if answer.0 != 204 {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(code(&refused), (503, "membership_stale"));
    let path = "/deployments/api";
    let asked = stage.call(Method::DELETE, path, &credential).await;
    assert_eq!(code(&asked), (503, "membership_stale"));
    stage.gitea.come_back().await;
    while clear(&stage, &token).await.0 != 204 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
