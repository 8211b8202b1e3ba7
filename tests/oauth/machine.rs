//! Service accounts: their tokens, what these say, and how they end.

use crate::oauth::stage::{Stage, part};
use serde_json::{Value, json};

#[tokio::test]
async fn a_machine_gets_a_short_token_that_opens_its_application_and_nothing_else() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let answer = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await;
    let token = answer.token();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 300);
    assert_eq!(answer.json["scope"], "deployments:write");
    assert!(answer.json.get("refresh_token").is_none());

    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(claims["iss"], stage.samovar.url());
    assert_eq!(claims["aud"], "deploy-api");
    assert_eq!(claims["sub"], machine.id.as_str());
    assert_eq!(claims["client_id"], machine.id.as_str());
    assert_eq!(claims["principal_kind"], "service-account");
    assert_eq!(claims["preferred_username"], "ci");
    assert_eq!(claims["roles"], json!(["deployer"]));
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, 300);

    let passed = stage.check_token(&token).await;
    assert_eq!(passed.status, 200, "{}", passed.json);
    assert_eq!(passed.header("remote-user"), "service-account:ci");
    assert_eq!(passed.header("remote-user-id"), machine.id);
    assert_eq!(passed.header("remote-roles"), "deployer");

    let other = stage.api("/me", &token).await;
    assert_eq!(other.status, 401);
    assert_eq!(other.json["code"], "token_audience_wrong");
    let challenge = other.header("www-authenticate");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert!(challenge.contains("samovar"), "{challenge}");
}

#[tokio::test]
async fn a_token_says_what_was_asked_for_and_is_held_and_never_more() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let ask = |scope: &'static str| [("audience", "deploy-api"), ("scope", scope)];
    let read = stage.credentials(&machine, &ask("deployments:read")).await;
    assert_eq!(read.json["scope"], "deployments:read");
    let refused = stage.check_token(&read.token()).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json["code"], "scope_insufficient");
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.contains("scope=\"deployments:write\""),
        "{challenge}"
    );

    let mixed = ask("deployments:write billing:read samovar.roles:read");
    let mixed = stage.credentials(&machine, &mixed).await;
    assert_eq!(mixed.json["scope"], "deployments:write");
    let none = stage.credentials(&machine, &ask("billing:read")).await;
    none.is_error(400, "invalid_scope");
    let odd = stage.credentials(&machine, &ask("Not A Permission")).await;
    odd.is_error(400, "invalid_scope");
}

#[tokio::test]
async fn for_whom_the_token_is_must_be_said_and_known() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    for pairs in [
        &[][..],
        &[("audience", "unknown")],
        &[("resource", "https://other.example.test/")],
        &[("resource", "not an address")],
        &[
            ("audience", "deploy-api"),
            ("resource", stage.samovar.url()),
        ],
    ] {
        stage
            .credentials(&machine, pairs)
            .await
            .is_error(400, "invalid_target");
    }
    let host = format!("https://{}/x", crate::oauth::stage::HOST);
    let by_host = stage.credentials(&machine, &[("resource", &host)]).await;
    assert_eq!(part(&by_host.token(), 1)["aud"], "deploy-api");
}

#[tokio::test]
async fn a_secret_proves_its_own_account_in_one_way_and_no_other() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let target = ("audience", "deploy-api");
    let grant = ("grant_type", "client_credentials");
    let in_body = [
        grant,
        target,
        ("client_id", &machine.id),
        ("client_secret", &machine.secret),
    ];
    stage.post("/oauth/token", None, &in_body).await.token();

    let twice = stage.post("/oauth/token", Some(&machine), &in_body).await;
    twice.is_error(400, "invalid_request");
    let repeated = [grant, grant, target];
    let repeated = stage.post("/oauth/token", Some(&machine), &repeated).await;
    repeated.is_error(400, "invalid_request");
    let other = ("resource", "https://other.example.test");
    let two = [grant, ("resource", "https://deploy.example.test"), other];
    let two = stage.post("/oauth/token", Some(&machine), &two).await;
    two.is_error(400, "invalid_target");
    let anonymous = stage.post("/oauth/token", None, &[grant, target]).await;
    anonymous.is_error(401, "invalid_client");

    let wrong = machine.mistaken();
    let answer = stage.credentials(&wrong, &[target]).await;
    answer.is_error(401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), "Basic realm=\"samovar\"");
    let in_body = [
        grant,
        target,
        ("client_id", &wrong.id),
        ("client_secret", &wrong.secret),
    ];
    let answer = stage.post("/oauth/token", None, &in_body).await;
    answer.is_error(401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), "Basic realm=\"samovar\"");
    let mut other = machine.clone();
    other.id = "0190a5e2-0000-7000-8000-000000000000".to_owned();
    stage
        .credentials(&other, &[target])
        .await
        .is_error(401, "invalid_client");
    for odd in ["password", "implicit", ""] {
        let pairs = [("grant_type", odd), target];
        let answer = stage.post("/oauth/token", Some(&machine), &pairs).await;
        assert_eq!(answer.status, 400, "{odd}");
    }
}

#[tokio::test]
async fn who_comes_by_anothers_way_is_told_their_own_and_that_is_recorded() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let code = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", "x"),
        ("code_verifier", "x"),
    ];
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let device = [("grant_type", device), ("device_code", "x")];
    for (path, pairs) in [
        ("/oauth/token", &code[..]),
        ("/oauth/token", &refresh),
        ("/oauth/token", &device),
        ("/oauth/device", &[]),
    ] {
        let answer = stage.post(path, Some(&machine), pairs).await;
        answer.is_error(400, "unauthorized_client");
        let said = answer.json["error_description"].as_str().unwrap();
        assert!(said.contains("grant_type=client_credentials"), "{said}");
    }
    let server = json!({"name": "server", "kind": "confidential"});
    let server = stage.client(server).await;
    let answer = stage.credentials(&server, &[("audience", "deploy-api")]);
    answer.await.is_error(400, "unauthorized_client");
    let anonymous = stage.post("/oauth/revoke", None, &[("token", "x")]).await;
    anonymous.is_error(401, "invalid_client");

    let denied = "/audit-events?action=token.issue&outcome=denied";
    let denied = stage.ada.get(denied).await;
    let denied = denied["items"].as_array().unwrap();
    let told: Vec<_> = denied
        .iter()
        .map(|event| (event["actor"]["kind"].clone(), event["reasons"][0].clone()))
        .collect();
    let own = (json!("service-account"), json!("unauthorized_client"));
    let mut expected = vec![
        (json!("anonymous"), json!("invalid_client")),
        (json!("anonymous"), json!("unauthorized_client")),
    ];
    expected.extend(vec![own; 4]);
    assert_eq!(told, expected);
}

#[tokio::test]
async fn two_secrets_live_at_a_time_and_one_that_is_taken_away_opens_nothing() {
    let mut stage = Stage::set().await;
    let first = stage.machine().await;
    let path = format!("/service-accounts/{}/secrets", first.id);
    let second = stage
        .ada
        .must("POST", &path, &json!({"expires_in_days": 1}))
        .await;
    let (status, third) = stage.ada.api("POST", &path, Some(&json!({}))).await;
    assert_eq!((status, &third["code"]), (409, &json!("conflict")));

    let account = format!("/service-accounts/{}", first.id);
    let secrets = stage.ada.get(&account).await["secrets"].clone();
    let hints: Vec<_> = secrets
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["hint"])
        .collect();
    assert!(
        hints
            .iter()
            .all(|hint| hint.as_str().unwrap().starts_with("smva_"))
    );
    assert!(!secrets.to_string().contains(&first.secret));

    let target = [("audience", "deploy-api")];
    stage.credentials(&first, &target).await.token();
    let used = stage.ada.get(&account).await;
    assert!(used["secrets"][0]["last_used_at"].is_string(), "{used}");
    assert!(used["secrets"][1].get("last_used_at").is_none(), "{used}");
    let token = stage.credentials(&first, &target).await.token();
    assert_eq!(stage.check_token(&token).await.status, 200);
    let gone = format!("{path}/{}", secrets[0]["id"].as_str().unwrap());
    stage.ada.must("DELETE", &gone, &Value::Null).await;
    stage
        .credentials(&first, &target)
        .await
        .is_error(401, "invalid_client");
    let refused = stage.check_token(&token).await;
    assert_eq!(
        refused.json["code"], "token_revoked",
        "what the secret gave"
    );
    let second = crate::oauth::stage::Machine {
        id: first.id.clone(),
        secret: second["secret"].as_str().unwrap().to_owned(),
    };
    stage.credentials(&second, &target).await.token();
}

#[tokio::test]
async fn an_account_without_anybody_to_answer_for_it_can_do_nothing_at_once() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let target = [("audience", "deploy-api")];
    let token = stage.credentials(&machine, &target).await.token();
    assert_eq!(stage.check_token(&token).await.status, 200);
    let own = [("audience", "samovar")];
    let own = stage.credentials(&machine, &own).await.token();
    assert_eq!(stage.api("/me", &own).await.status, 200);

    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    for refused in [
        stage.check_token(&token).await,
        stage.api("/me", &own).await,
    ] {
        assert_eq!(refused.json["code"], "principal_disabled");
        let challenge = refused.header("www-authenticate");
        let invalid = "Bearer realm=\"samovar\", error=\"invalid_token\", ";
        assert!(challenge.starts_with(invalid), "{challenge}");
    }
    stage
        .credentials(&machine, &target)
        .await
        .is_error(400, "invalid_grant");
    let shown = stage
        .ada
        .get(&format!("/service-accounts/{}", machine.id))
        .await;
    assert_eq!(shown["state"], "team-empty");

    stage.gitea.add_member(stage.team, "cleo").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    assert_eq!(stage.check_token(&token).await.status, 200);
}

#[tokio::test]
async fn revoked_tokens_are_refused_at_once_and_new_ones_are_not() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let target = [("audience", "deploy-api")];
    let one = stage.credentials(&machine, &target).await.token();
    let other = stage.credentials(&machine, &target).await.token();
    let pairs = [("token", one.as_str())];
    let done = stage.post("/oauth/revoke", Some(&machine), &pairs).await;
    assert_eq!(done.status, 200);
    let refused = stage.check_token(&one).await;
    assert_eq!(
        (refused.status, &refused.json["code"]),
        (401, &json!("token_revoked"))
    );
    assert_eq!(stage.check_token(&other).await.status, 200);
    let unknown = [("token", "nonsense")];
    let done = stage.post("/oauth/revoke", Some(&machine), &unknown).await;
    assert_eq!(done.status, 200);

    let all = format!("/service-accounts/{}/tokens", machine.id);
    stage.ada.must("DELETE", &all, &Value::Null).await;
    assert_eq!(
        stage.check_token(&other).await.json["code"],
        "token_revoked"
    );
    let new = stage.credentials(&machine, &target).await.token();
    assert_eq!(stage.check_token(&new).await.status, 200);

    let samovar = stage.samovar.restart().await;
    stage.samovar = samovar;
    let refused = stage.check_token(&other).await;
    assert_eq!(refused.json["code"], "token_revoked", "it is on disk");
}

#[tokio::test]
async fn a_machine_uses_samovars_own_api_within_its_scope() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let roles = stage.ada.get("/roles").await;
    let auditor = roles["items"].as_array().unwrap();
    let auditor = auditor
        .iter()
        .find(|role| role["name"] == "auditor")
        .unwrap();
    let binding = json!({
        "role": auditor["id"], "range": {"kind": "everywhere"},
        "subject": {"kind": "service-account", "id": machine.id},
    });
    stage.ada.must("POST", "/role-bindings", &binding).await;
    let ask = [("audience", "samovar"), ("scope", "samovar.roles:read")];
    let token = stage.credentials(&machine, &ask).await.token();
    let me = stage.api("/me", &token).await;
    assert_eq!(me.status, 200, "{}", me.json);
    assert_eq!(stage.api("/roles", &token).await.status, 200);
    let url = format!("{}/api/v1/me/tokens", stage.samovar.url());
    let line = format!("Bearer {token}");
    let request = crate::support::browser::plain_client().delete(url);
    let ended = request.header("authorization", line).send().await.unwrap();
    assert_eq!(
        ended.status(),
        403,
        "what is one's own is changed with a session alone"
    );
    let outside = stage.api("/applications", &token).await;
    assert_eq!(
        (outside.status, &outside.json["code"]),
        (403, &json!("scope_insufficient"))
    );
}

#[tokio::test]
async fn a_secret_is_created_by_the_owner_or_by_a_holder_of_the_same_permissions() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let mut ben = stage.samovar.sign_in(&stage.gitea, "ben").await;
    let mine = ben.get("/me/service-accounts").await;
    assert_eq!(mine["items"][0]["id"], machine.id.as_str());
    let own = format!("/me/service-accounts/{}/secrets", machine.id);
    ben.must("POST", &own, &json!({})).await;
    let mut cleo = stage.samovar.sign_in(&stage.gitea, "cleo").await;
    assert_eq!(cleo.get("/me/service-accounts").await["items"], json!([]));
    let (status, _) = cleo.api("POST", &own, Some(&json!({}))).await;
    assert_eq!(status, 404);
}
