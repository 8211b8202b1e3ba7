//! What has changed since: clients, roles, sign-ins; and what a delegate may not make.

use crate::oauth::authorize::{address, answer, back, redeem, refresh, signed_in};
use crate::oauth::stage::{Stage, id};
use crate::support::samovar::SignedIn;
use serde_json::{Value, json};

#[tokio::test]
async fn who_has_signed_out_is_asked_before_a_client_signs_them_in_again() {
    let mut stage = Stage::set().await;
    let web = stage.client(json!({})).await;
    let mut browser = stage.browser("ben").await;
    let origin = stage.samovar.url().to_owned();
    let headers = [
        ("origin", origin.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let url = format!("{origin}/auth/sign-out");
    browser
        .send(http::Method::POST, &url, &headers, Some(String::new()))
        .await;
    let start = address(&stage, &web, &[]);
    let to = browser.get(&start).await.location.unwrap();
    assert_eq!(to.path(), "/auth/signed-out");
    let (_, wanted) = to.query_pairs().next().unwrap();
    assert_eq!(format!("{origin}{wanted}"), start);
}

/// The client's draft as the administrator sends it, changed.
async fn change(stage: &mut Stage, client: &str, members: Value) {
    let path = format!("/clients/{client}");
    let before = stage.ada.get(&path).await;
    let mut draft = json!({"application_id": stage.application});
    for name in [
        "name",
        "kind",
        "redirect_uris",
        "first_party",
        "refresh_tokens",
    ] {
        draft[name] = before[name].clone();
    }
    for (name, value) in members.as_object().unwrap() {
        draft[name] = value.clone();
    }
    let (status, answer) = stage.ada.replace(&path, &before["version"], &draft).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn a_client_that_changed_gets_nothing_for_what_it_was_allowed_before() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let (mut browser, first) = signed_in(&stage, &web, "ben", "").await;
    let token = first.json["refresh_token"].as_str().unwrap().to_owned();
    change(&mut stage, &web.id, json!({"refresh_tokens": false})).await;
    refresh(&stage, &web, &token, &[])
        .await
        .is_error(400, "unauthorized_client");
    change(&mut stage, &web.id, json!({"refresh_tokens": true})).await;
    let next = refresh(&stage, &web, &token, &[]).await;
    next.token();

    let page = browser.get(&address(&stage, &web, &[])).await;
    let code = back(&page)["code"].clone();
    let other = json!({"name": "other-api", "hosts": [], "routes": []});
    let other = id(&stage.ada.must("POST", "/applications", &other).await);
    change(&mut stage, &web.id, json!({"application_id": other})).await;
    redeem(&stage, &web, &code, &[])
        .await
        .is_error(400, "invalid_grant");
}

#[tokio::test]
async fn consent_ends_when_the_client_becomes_something_else() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let uris = [
        "https://web.example.test/callback",
        "https://new.example.test/",
    ];
    let changes = [
        ("one-more-address", json!({"redirect_uris": uris})),
        ("another-address", json!({"redirect_uris": uris[1..]})),
        ("no-more-first-party", json!({"first_party": false})),
    ];
    for (name, members) in changes {
        let web = stage.client(json!({"name": name})).await;
        let (mut browser, first) = signed_in(&stage, &web, "ben", "").await;
        let token = first.json["refresh_token"].as_str().unwrap().to_owned();
        let access = first.token();
        assert_eq!(stage.check_token(&access).await.status, 200, "{name}");
        let page = browser.get(&address(&stage, &web, &[])).await;
        let code = back(&page)["code"].clone();
        let moved = name == "another-address";
        change(&mut stage, &web.id, members).await;
        refresh(&stage, &web, &token, &[])
            .await
            .is_error(400, "invalid_grant");
        let refused = stage.check_token(&access).await;
        assert_eq!(refused.json["code"], "token_revoked", "{name}");
        if moved {
            redeem(&stage, &web, &code, &[])
                .await
                .is_error(400, "invalid_grant");
        }
    }
}

#[tokio::test]
async fn scope_of_a_token_narrows_its_roles() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let viewer = json!({"name": "viewer", "permissions": ["logs:read"]});
    let viewer = id(&stage.ada.must("POST", "/roles", &viewer).await);
    let binding = json!({"role": viewer, "range": {"kind": "everywhere"},
        "subject": {"kind": "service-account", "id": machine.id}});
    stage.ada.must("POST", "/role-bindings", &binding).await;
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let narrow = [("audience", "deploy-api"), ("scope", "logs:read")];
    let token = stage.credentials(&machine, &narrow).await.token();
    let ask = [("token", token.as_str())];
    let told = stage.post("/oauth/introspect", Some(&service), &ask).await;
    assert_eq!(told.json["roles"], json!(["viewer"]), "{}", told.json);
}

#[tokio::test]
async fn a_refused_refresh_is_recorded() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let (_, first) = signed_in(&stage, &web, "ben", "").await;
    let token = first.json["refresh_token"].as_str().unwrap();
    refresh(&stage, &web, token, &[("scope", "deployments:delete")])
        .await
        .is_error(400, "invalid_scope");
    let denied = "/audit-events?action=token.issue&outcome=denied";
    let events = stage.ada.get(denied).await;
    let text = events.to_string();
    assert!(text.contains("invalid_scope"), "{text}");
}

#[tokio::test]
async fn introspection_names_the_roles_that_are_held_now() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let viewer = json!({"name": "viewer", "permissions": ["logs:read"]});
    let viewer = id(&stage.ada.must("POST", "/roles", &viewer).await);
    let binding = json!({"role": viewer, "range": {"kind": "everywhere"},
        "subject": {"kind": "service-account", "id": machine.id}});
    let binding = stage.ada.must("POST", "/role-bindings", &binding).await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let ask = [("token", token.as_str())];
    let before = stage.post("/oauth/introspect", Some(&service), &ask).await;
    assert_eq!(before.json["roles"], json!(["deployer", "viewer"]));
    let path = format!("/role-bindings/{}", id(&binding));
    let moved = json!({"role": viewer, "range": {"kind": "everywhere"},
        "subject": {"kind": "team", "id": stage.team}});
    let moved = stage.ada.replace(&path, &binding["version"], &moved).await;
    assert_eq!(moved.0, 200, "{}", moved.1);
    let after = stage.post("/oauth/introspect", Some(&service), &ask).await;
    assert_eq!(after.json["roles"], json!(["deployer"]));
    assert_eq!(after.json["scope"], "deployments:write");
}

#[tokio::test]
async fn only_administrators_say_that_people_are_not_asked() {
    let mut stage = Stage::set().await;
    let web = stage.client(json!({})).await;
    let mut cleo = stage.samovar.sign_in(&stage.gitea, "cleo").await;
    let who = cleo.get("/me").await["user"]["id"].clone();
    let permissions = ["samovar.clients:read", "samovar.clients:write"];
    let role = json!({"name": "registrar", "permissions": permissions});
    let role = id(&stage.ada.must("POST", "/roles", &role).await);
    let binding = json!({"role": role, "range": {"kind": "everywhere"},
        "subject": {"kind": "user", "id": who}});
    stage.ada.must("POST", "/role-bindings", &binding).await;

    let mut draft = json!({
        "name": "mine", "application_id": stage.application, "kind": "public",
        "redirect_uris": ["https://evil.example.test/"], "first_party": true,
        "refresh_tokens": false,
    });
    let (status, answer) = cleo.api("POST", "/clients", Some(&draft)).await;
    assert_eq!(
        (status, &answer["code"]),
        (403, &json!("permission_missing"))
    );
    let path = format!("/clients/{}", web.id);
    let (status, _) = cleo.replace(&path, &json!(1), &draft).await;
    assert_eq!(status, 403, "its answers would go elsewhere");
    draft["first_party"] = json!(false);
    let (status, _) = cleo.replace(&path, &json!(1), &draft).await;
    assert_eq!(status, 403);
    let (status, answer) = cleo.api("POST", "/clients", Some(&draft)).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn a_public_client_at_a_loopback_address_needs_consent_each_time() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let uri = "http://127.0.0.1/callback";
    for (name, first_party) in [("tool", false), ("own-tool", true)] {
        let draft = json!({"name": name, "first_party": first_party, "redirect_uris": [uri]});
        let tool = stage.client(draft).await;
        let mut browser = stage.browser("ben").await;
        let start = address(&stage, &tool, &[("redirect_uri", uri)]);
        let page = browser.get(&start).await;
        let own = (start.as_str(), stage.samovar.url());
        let allowed = answer(&mut browser, own, &page, "allow").await;
        let allowed = allowed.location.unwrap();
        let mut sent = allowed.query_pairs();
        let code = sent.find(|(name, _)| name == "code").unwrap().1;
        let redirect = [("redirect_uri", uri)];
        redeem(&stage, &tool, &code, &redirect).await.token();
        let again = browser.get(&start).await;
        let asked = (again.status, again.location);
        assert_eq!(asked, (200, None), "{name} {}", again.body);
    }
}

#[tokio::test]
async fn a_token_that_leaves_a_permission_out_is_told_which_scope_is_needed() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let permissions = ["samovar.roles:read", "samovar.directory:read"];
    let role = json!({"name": "reader", "permissions": permissions});
    let role = id(&stage.ada.must("POST", "/roles", &role).await);
    let binding = json!({"role": role, "range": {"kind": "everywhere"},
        "subject": {"kind": "service-account", "id": machine.id}});
    stage.ada.must("POST", "/role-bindings", &binding).await;
    let narrow = [("audience", "samovar"), ("scope", "samovar.roles:read")];
    let token = stage.credentials(&machine, &narrow).await.token();
    assert_eq!(stage.api("/roles", &token).await.status, 200);
    let refused = stage.api("/users", &token).await;
    assert_eq!(
        (refused.status, &refused.json["code"]),
        (403, &json!("scope_insufficient"))
    );
    let challenge = refused.header("www-authenticate");
    let needed = "scope=\"samovar.directory:read\"";
    assert!(challenge.contains(needed), "{challenge}");
    let missing = stage.api("/clients", &token).await;
    assert_eq!(missing.json["code"], "permission_missing");
}

/// More permissions than fit into a token.
async fn give_too_much(stage: &mut Stage, subject: Value) {
    let permissions: Vec<_> = (0..300)
        .map(|n| format!("a-resource-with-a-long-name-{n}:write"))
        .collect();
    let role = json!({"name": "everything", "permissions": permissions});
    let role = id(&stage.ada.must("POST", "/roles", &role).await);
    let binding = json!({"role": role, "range": {"kind": "everywhere"}, "subject": subject});
    stage.ada.must("POST", "/role-bindings", &binding).await;
}

#[tokio::test]
async fn a_token_that_nobody_would_read_is_not_issued() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let subject = json!({"kind": "service-account", "id": machine.id});
    give_too_much(&mut stage, subject).await;
    let all = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await;
    all.is_error(400, "invalid_scope");
    let one = [("audience", "deploy-api"), ("scope", "deployments:write")];
    let token = stage.credentials(&machine, &one).await.token();
    assert_eq!(stage.check_token(&token).await.status, 200);
}

#[tokio::test]
async fn a_code_for_which_no_token_can_be_had_leaves_no_grant_and_the_denial_is_recorded() {
    let mut stage = Stage::set().await;
    let team = json!({"kind": "team", "id": stage.team});
    give_too_much(&mut stage, team).await;
    let web = stage.client(json!({})).await;
    let mut ben = stage.samovar.sign_in(&stage.gitea, "ben").await;
    let start = address(&stage, &web, &[("scope", "")]);
    let code = back(&ben.browser.get(&start).await)["code"].clone();
    redeem(&stage, &web, &code, &[])
        .await
        .is_error(400, "invalid_scope");
    assert_eq!(ben.get("/me/grants").await["items"], json!([]));
    let denied = "/audit-events?action=token.issue&outcome=denied";
    let denied = stage.ada.get(denied).await["items"][0].clone();
    assert_eq!(denied["reasons"][0], "invalid_scope", "{denied}");
    assert_eq!(denied["actor"]["kind"], "user", "{denied}");
}

#[tokio::test]
async fn a_code_that_is_on_its_way_is_worth_nothing_once_its_person_revokes_everything() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let mut ben = stage.samovar.sign_in(&stage.gitea, "ben").await;
    let page = ben.browser.get(&address(&stage, &web, &[])).await;
    let code = back(&page)["code"].clone();
    ben.must("DELETE", "/me/tokens", &Value::Null).await;
    redeem(&stage, &web, &code, &[])
        .await
        .is_error(400, "invalid_grant");
    assert_eq!(ben.get("/me/grants").await["items"], json!([]));
}

#[tokio::test]
async fn everything_is_revoked_with_what_was_allowed_in_one_step_that_names_it() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let (browser, first) = signed_in(&stage, &web, "ben", "").await;
    let token = first.json["refresh_token"].as_str().unwrap();
    let mut ben = SignedIn::of(&stage.samovar, browser);
    ben.must("DELETE", "/me/tokens", &Value::Null).await;
    refresh(&stage, &web, token, &[])
        .await
        .is_error(400, "invalid_grant");
    let events = stage.ada.get("/audit-events").await;
    let events = events["items"].as_array().unwrap().iter();
    let [begun, revoked] = ["grant.create", "token.revoke"].map(|action| {
        let mut own = events.clone().filter(|event| event["action"] == action);
        let event = own.next().unwrap();
        assert!(own.next().is_none(), "{event}");
        event.clone()
    });
    let named = begun["object"]["id"].as_str().unwrap();
    assert_eq!(revoked["reasons"], json!([format!("ends grant `{named}`")]));
}

#[tokio::test]
async fn a_change_says_in_the_audit_log_what_it_changed_and_no_secret() {
    let trusted = "[token]\nworkload_issuers = ['https://ci.example.test']\n";
    let mut stage = Stage::set_with(trusted).await;
    let server = json!({"name": "server", "kind": "confidential"});
    let server = stage.client(server).await;
    let more = [
        "https://web.example.test/callback",
        "https://new.example.test/",
    ];
    let members = json!({"first_party": false, "redirect_uris": more});
    change(&mut stage, &server.id, members).await;
    let machine = stage.machine().await;
    let path = format!("/service-accounts/{}", machine.id);
    let before = stage.ada.get(&path).await;
    let trust = json!({"issuer": "https://ci.example.test", "audience": "samovar",
        "claims": [{"name": "repository", "value": "acme/site"}]});
    let draft = json!({"name": "ci", "description": "of ben", "enabled": true,
        "owner": before["owner"], "trusts": [trust]});
    let (status, after) = stage.ada.replace(&path, &before["version"], &draft).await;
    assert_eq!(status, 200, "{after}");
    let updated = told(&mut stage, "client.update").await;
    let expected = json!([
        "first_party `true` → `false`",
        "redirect_uris + `https://new.example.test/`",
    ]);
    assert_eq!(updated, expected);
    let updated = told(&mut stage, "service-account.update").await;
    let trust =
        "trusts + `audience=samovar claims.repository=acme/site issuer=https://ci.example.test`";
    assert_eq!(updated, json!([trust, "description changed"]));
    let made = told(&mut stage, "client.create").await.to_string();
    for said in ["name `server`", "kind `confidential`", "first_party `true`"] {
        assert!(made.contains(said), "{said}: {made}");
    }
}

/// The reasons of the last event of this action.
async fn told(stage: &mut Stage, action: &str) -> Value {
    let path = format!("/audit-events?action={action}");
    stage.ada.get(&path).await["items"][0]["reasons"].clone()
}
