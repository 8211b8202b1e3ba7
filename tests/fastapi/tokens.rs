//! The example, called with tokens of the real Samovar.

use crate::fastapi::environments::Environment;
use crate::fastapi::stage::{Stage, code, root, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_reaches_what_its_scope_holds_and_nothing_else() {
    let stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    let (status, who) = stage.get("/whoami", &token).await;
    assert_eq!((status, &who["kind"]), (200, &json!("service-account")));
    assert_eq!(
        (&who["name"], &who["id"]),
        (&json!("ci"), &json!(stage.machine.0))
    );
    assert_eq!(who["roles"], json!(["deployer"]));
    assert_eq!(
        stage.post("/deployments/api", &token).await,
        (201, json!("api by ci"))
    );
    let narrow = stage
        .token("deploy-api", &[("scope", "deployments:read")])
        .await;
    assert_eq!(stage.get("/deployments", &narrow).await.0, 200);
    let refused = stage.post("/deployments/api", &narrow).await;
    assert_eq!(code(&refused), (403, "scope_insufficient"));
    assert_eq!(refused.1["scope"], "deployments:write");
}

#[tokio::test]
async fn an_expired_token_a_bad_claim_and_a_changed_one_are_three_answers() {
    let stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    let foreign = stage.token("samovar", &[("scope", "")]).await;
    let refused = stage.get("/whoami", &foreign).await;
    assert_eq!(code(&refused), (401, "token_audience_wrong"));
    let (rest, signature) = token.rsplit_once('.').unwrap();
    let (other, _) = foreign.rsplit_once('.').unwrap();
    for forged in [
        format!("{other}.{signature}"),
        format!("{rest}.{}", "A".repeat(86)),
    ] {
        let refused = stage.get("/whoami", &forged).await;
        assert_eq!(code(&refused), (401, "token_signature_invalid"));
    }
    stage.ahead(400);
    let refused = stage.get("/whoami", &token).await;
    assert_eq!(code(&refused), (401, "token_expired"));
    assert!(refused.1["expired_at"].is_string(), "{}", refused.1);
}

#[tokio::test]
async fn an_application_that_changes_its_algorithm_loses_nobody() {
    let mut stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.get("/whoami", &token).await.0, 200);
    for algorithm in ["ES256", "RS256"] {
        stage.change_tokens("signing", json!(algorithm)).await;
        let token = stage.token("deploy-api", &[]).await;
        let (status, answer) = stage.get("/whoami", &token).await;
        assert_eq!(status, 200, "{algorithm} {answer}");
    }
    assert_eq!(
        stage.get("/whoami", &token).await.0,
        200,
        "of the first algorithm"
    );
}

#[tokio::test]
async fn a_rotation_refuses_nobody_and_a_key_that_was_replaced_at_once_is_gone_with_the_next_reading()
 {
    let mut stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    let rotate = json!({"algorithm": "EdDSA"});
    stage
        .ada
        .must("POST", "/signing-keys/rotate", &rotate)
        .await;
    stage.ahead(60);
    for token in [&token, &stage.token("deploy-api", &[]).await] {
        assert_eq!(stage.get("/whoami", token).await.0, 200);
    }
    let replace = json!({"algorithm": "EdDSA", "immediately": true});
    stage
        .ada
        .must("POST", "/signing-keys/rotate", &replace)
        .await;
    stage.ahead(120);
    let renewed = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.get("/whoami", &renewed).await.0, 200);
    let refused = stage.get("/whoami", &token).await;
    assert_eq!(code(&refused), (401, "token_key_unknown"));
}

#[tokio::test]
async fn an_endpoint_that_asks_sees_an_empty_team_and_a_disabled_account_at_once_and_others_when_the_token_ends()
 {
    let mut stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.delete("/deployments/api", &token).await.0, 204);
    stage.gitea.remove_member(stage.deployers, "ben").await;
    stage.sync().await;
    stage.ahead(6);
    let refused = stage.delete("/deployments/api", &token).await;
    assert_eq!(
        code(&refused),
        (401, "token_revoked"),
        "has no active owner"
    );
    stage.gitea.add_member(stage.deployers, "ben").await;
    stage.sync().await;
    stage.ahead(12);
    assert_eq!(stage.delete("/deployments/api", &token).await.0, 204);
    let path = format!("/service-accounts/{}", stage.machine.0);
    let mut account = stage.ada.get(&path).await;
    account["enabled"] = json!(false);
    crate::fastapi::stage::change(&mut stage.ada, &path, account).await;
    stage.ahead(18);
    let refused = stage.delete("/deployments/api", &token).await;
    assert_eq!(code(&refused), (401, "token_revoked"));
    assert_eq!(stage.post("/deployments/api", &token).await.0, 201);
    stage.ahead(400);
    let refused = stage.post("/deployments/api", &token).await;
    assert_eq!(code(&refused), (401, "token_expired"));
}

#[tokio::test]
async fn while_samovar_is_down_only_what_must_be_fresh_stands_still() {
    let mut stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    assert_eq!(stage.get("/whoami", &token).await.0, 200);
    stage.samovar.go_away().await;
    assert_eq!(stage.get("/whoami", &token).await.0, 200);
    let refused = stage.delete("/deployments/api", &token).await;
    assert_eq!(code(&refused), (503, "samovar_unavailable"));
    stage.start_example().await;
    let refused = stage.get("/whoami", &token).await;
    assert_eq!(code(&refused), (503, "samovar_unavailable"));
    stage.samovar.come_back().await;
    stage.ahead(6);
    assert_eq!(stage.get("/whoami", &token).await.0, 200);
}

#[tokio::test]
async fn a_websocket_opens_with_a_token_and_is_closed_with_the_reason() {
    let stage = Stage::set().await;
    let token = stage.token("deploy-api", &[]).await;
    let heard = talk(&stage, &token).await;
    assert_eq!(
        heard[0],
        json!({"heard": "0 deployments", "subprotocol": null})
    );
    assert_eq!(
        heard[1],
        json!({"heard": "0 deployments", "subprotocol": "samovar"})
    );
    stage.ahead(400);
    for closed in talk(&stage, &token).await.as_array().unwrap() {
        assert_eq!(closed["code"], 1008, "{closed}");
        assert!(
            text(closed, "reason").starts_with("token_expired: "),
            "{closed}"
        );
    }
}

async fn talk(stage: &Stage, token: &str) -> Value {
    let mut command = Environment::newest().await.python();
    command
        .arg(root().join("tests/fastapi/talk.py"))
        .arg(format!("ws://{}/deployments/live", stage.address))
        .arg(token);
    let done = command.output().await.unwrap();
    let failed = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{failed}");
    serde_json::from_slice(&done.stdout).unwrap()
}
