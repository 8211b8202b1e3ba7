//! Device authorization (RFC 8628) over HTTP.

use crate::device::person::Person;
use crate::oauth::stage::{Answer, Stage, part};
use crate::support::browser::plain_client;
use serde_json::json;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A public client's id, its device code and user code.
async fn begin(stage: &mut Stage) -> (String, String, String) {
    let client = stage.client(json!({})).await.id;
    let pairs = [
        ("client_id", client.as_str()),
        ("scope", "deployments:write"),
    ];
    let codes = stage.post("/oauth/device", None, &pairs).await;
    assert_eq!(codes.status, 200, "{}", codes.json);
    assert_eq!(codes.header("cache-control"), "no-store");
    assert_eq!(
        (&codes.json["expires_in"], &codes.json["interval"]),
        (&json!(600), &json!(5))
    );
    let text = |name: &str| codes.json[name].as_str().unwrap().to_owned();
    assert_eq!(
        text("verification_uri"),
        format!("{}/device", stage.samovar.url())
    );
    (client, text("device_code"), text("user_code"))
}

async fn poll(stage: &Stage, client: &str, code: &str) -> Answer {
    let pairs = [
        ("grant_type", GRANT_TYPE),
        ("client_id", client),
        ("device_code", code),
    ];
    stage.post("/oauth/token", None, &pairs).await
}

#[tokio::test]
async fn a_device_gets_what_the_person_approves() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (client, device, code) = begin(&mut stage).await;
    poll(&stage, &client, &device)
        .await
        .is_error(400, "authorization_pending");
    poll(&stage, &client, &device)
        .await
        .is_error(400, "slow_down");

    let mut ben = Person::signed_in(&stage, "ben").await;
    let typed = code.to_lowercase().replace('-', "");
    let (consent, answered) = ben.answer(&typed, "allow").await;
    for shown in [
        "<strong>web</strong>",
        "deploy-api",
        "deployments:write",
        &code,
        "127.0.0.1",
        "ben",
    ] {
        assert!(consent.body.contains(shown), "{shown}: {}", consent.body);
    }
    assert!(answered.body.contains("Approved"), "{}", answered.body);

    let answer = poll(&stage, &client, &device).await;
    let claims = part(&answer.token(), 1);
    assert_eq!(
        (&claims["aud"], &claims["client_id"]),
        (&json!("deploy-api"), &json!(client))
    );
    assert_eq!(claims["scope"], "deployments:write");
    assert_eq!(stage.check_token(&answer.token()).await.status, 200);
    let refresh = answer.json["refresh_token"].as_str().unwrap();
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", refresh),
    ];
    stage.post("/oauth/token", None, &pairs).await.token();
    poll(&stage, &client, &device)
        .await
        .is_error(400, "invalid_grant");

    let events = stage.ada.get("/audit-events?action=device.answer").await;
    assert_eq!(events["items"][0]["outcome"], "allowed", "{events}");
    assert_eq!(
        events["items"][0]["object"]["id"],
        json!(client),
        "{events}"
    );
}

#[tokio::test]
async fn one_of_64_concurrent_polls_gets_the_token() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (client, device, code) = begin(&mut stage).await;
    Person::signed_in(&stage, "ben")
        .await
        .answer(&code, "allow")
        .await;
    let stage = std::sync::Arc::new(stage);
    let polls: Vec<_> = (0..64)
        .map(|_| {
            let (stage, client, device) = (
                std::sync::Arc::clone(&stage),
                client.clone(),
                device.clone(),
            );
            tokio::spawn(async move { poll(&stage, &client, &device).await })
        })
        .collect();
    let mut won = 0;
    for answer in polls {
        let answer = answer.await.unwrap();
        if answer.status == 200 {
            won += 1;
        } else {
            answer.is_error(400, "invalid_grant");
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_declined_device_stays_declined() {
    let mut stage = Stage::set().await;
    let (client, device, code) = begin(&mut stage).await;
    let mut cleo = Person::signed_in(&stage, "cleo").await;
    let nothing = cleo.send(&[("user_code", &code)]).await;
    assert!(nothing.body.contains("role=\"alert\"") && nothing.body.contains("deployments:write"));
    stage.bind_team().await;
    let mut ben = Person::signed_in(&stage, "ben").await;
    ben.answer(&code, "decline").await;
    for _ in 0..2 {
        poll(&stage, &client, &device)
            .await
            .is_error(400, "access_denied");
    }
    let again = ben.send(&[("user_code", &code), ("answer", "allow")]).await;
    assert_eq!(again.status, 400, "{}", again.body);
    poll(&stage, &client, &device)
        .await
        .is_error(400, "access_denied");
}

#[tokio::test]
async fn a_code_is_accepted_from_the_own_form_five_times() {
    let mut stage = Stage::set().await;
    let (_, _, code) = begin(&mut stage).await;
    let url = format!("{}/device?user_code={code}", stage.samovar.url());
    let page = crate::support::browser::Browser::new()
        .visit(&url, &stage.gitea, "cleo")
        .await;
    assert!(
        page.body.contains(&format!("value=\"{code}\"")),
        "after sign-in: {}",
        page.body
    );
    assert!(
        !page.body.contains("web"),
        "a link alone asks nothing: {}",
        page.body
    );

    let mut ben = Person::signed_in(&stage, "ben").await;
    let foreign = ben
        .send_from("https://evil.example", &[("user_code", &code)])
        .await;
    assert_eq!(foreign.status, 403, "{}", foreign.body);
    for _ in 0..5 {
        let wrong = ben.send(&[("user_code", "BBBBB-BBBBB")]).await;
        assert_eq!(wrong.status, 400, "{}", wrong.body);
    }
    let locked = ben.send(&[("user_code", &code)]).await;
    assert_eq!(locked.status, 429, "{}", locked.body);
    assert_eq!(locked.headers["retry-after"], "120");
    let markup = ben.send(&[("user_code", "\"><script>")]).await;
    assert!(!markup.body.contains("<script"), "{}", markup.body);
    let events = stage
        .ada
        .get("/audit-events?action=device.answer&outcome=denied")
        .await;
    assert!(events["items"].as_array().unwrap().len() >= 6, "{events}");
}

#[tokio::test]
async fn only_registered_public_clients_get_device_codes() {
    let mut stage = Stage::set().await;
    let confidential = stage
        .client(json!({"name": "server", "kind": "confidential"}))
        .await;
    let answer = stage.post("/oauth/device", Some(&confidential), &[]).await;
    answer.is_error(400, "unauthorized_client");
    let denied = "/audit-events?action=token.issue&outcome=denied";
    let denied = stage.ada.get(denied).await["items"][0].clone();
    assert_eq!(denied["reasons"][0], "unauthorized_client", "{denied}");
    let unknown = [("client_id", "unknown")];
    stage
        .post("/oauth/device", None, &unknown)
        .await
        .is_error(401, "invalid_client");
    let narrowed = [("client_id", "samovar-cli"), ("scope", "a:b")];
    stage
        .post("/oauth/device", None, &narrowed)
        .await
        .is_error(400, "invalid_request");
    let nonsense = poll(&stage, "samovar-cli", "nonsense").await;
    nonsense.is_error(400, "invalid_grant");
    let draft = json!({
        "name": "samovar-cli", "application_id": stage.application, "kind": "public",
        "redirect_uris": [], "first_party": true, "refresh_tokens": true,
    });
    assert_eq!(stage.ada.api("POST", "/clients", Some(&draft)).await.0, 409);
    let url = format!(
        "{}/.well-known/oauth-authorization-server",
        stage.samovar.url()
    );
    let metadata = stage.ada.browser.get(&url).await.body;
    assert!(
        metadata.contains("/oauth/device") && metadata.contains(GRANT_TYPE),
        "{metadata}"
    );
}

#[tokio::test]
async fn a_device_gets_the_scope_that_was_shown() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let client = stage.client(json!({})).await.id;
    let pairs = [("client_id", client.as_str())];
    let codes = stage.post("/oauth/device", None, &pairs).await.json;
    let text = |name: &str| codes[name].as_str().unwrap().to_owned();
    let (device, code) = (text("device_code"), text("user_code"));
    let mut ben = Person::signed_in(&stage, "ben").await;
    let consent = ben.send(&[("user_code", &code)]).await;
    assert!(
        consent.body.contains("deployments:write"),
        "{}",
        consent.body
    );
    stage.also("logs:read").await;
    let answered = ben.click(&consent, "allow").await;
    assert!(answered.body.contains("Approved"), "{}", answered.body);
    let answer = poll(&stage, &client, &device).await;
    assert_eq!(part(&answer.token(), 1)["scope"], "deployments:write");
    let again = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        (
            "refresh_token",
            answer.json["refresh_token"].as_str().unwrap(),
        ),
    ];
    let next = stage.post("/oauth/token", None, &again).await;
    assert_eq!(next.json["scope"], "deployments:write", "{}", next.json);
    let events = stage.ada.get("/audit-events?action=device.answer").await;
    let reasons = &events["items"][0]["reasons"];
    assert_eq!(reasons, &json!(["scope `deployments:write`"]), "{events}");
}

/// A device authorization request from this address.
async fn begin_from(stage: &Stage, address: &str) -> reqwest::Response {
    plain_client()
        .post(format!("{}/oauth/device", stage.samovar.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", address)
        .body("client_id=samovar-cli")
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn device_requests_are_limited_for_each_address() {
    let stage = Stage::set().await;
    for (own, other) in [
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8:0:1::1", "2001:db8:0:100::1"),
    ] {
        let mut accepted = 0;
        let limited = loop {
            let answer = begin_from(&stage, own).await;
            if answer.status() != 200 {
                break answer;
            }
            accepted += 1;
        };
        assert!((20..25).contains(&accepted), "{accepted}");
        assert_eq!(limited.status(), 429);
        let wait = limited.headers()["retry-after"].to_str().unwrap();
        assert!((1..=7).contains(&wait.parse::<u64>().unwrap()), "{wait}");
        let text = limited.text().await.unwrap();
        assert!(text.contains("temporarily_unavailable"), "{text}");
        assert_eq!(begin_from(&stage, other).await.status(), 200, "{other}");
    }
}
