//! What a client is told when there is no code for it (RFC 6749 section 4.1.2.1): the error, its `state`, and by whom.

use crate::oauth::authorize::{address, answer, back};
use crate::oauth::stage::{Machine, Stage};
use crate::support::browser::{Browser, Page, form};
use http::Method;
use serde_json::{Value, json};

/// Fails unless the client is told exactly this.
fn told(stage: &Stage, page: &Page, error: &str) {
    let sent = back(page);
    assert_eq!(sent["error"], error, "{sent:?}");
    assert_eq!(sent["state"], "s t+a/te", "{sent:?}");
    assert_eq!(sent["iss"], stage.samovar.url(), "{sent:?}");
    assert!(sent["error_description"].len() > 10, "{sent:?}");
    assert_eq!(sent.len(), 4, "{sent:?}");
}

async fn third(stage: &mut Stage) -> Machine {
    let draft = json!({"name": "third", "first_party": false});
    stage.client(draft).await
}

#[tokio::test]
async fn every_error_of_the_request_is_told_by_its_own_name() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let mut browser = stage.browser("ben").await;
    let mut stranger = Browser::new();
    for (change, error) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (
            ("response_type", "code id_token"),
            "unsupported_response_type",
        ),
        (("response_type", "CODE"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("scope", "no-permission"), "invalid_scope"),
        (("audience", "samovar"), "invalid_target"),
        (("audience", "unknown"), "invalid_target"),
        (("resource", "https://other.example.test"), "invalid_target"),
    ] {
        let start = address(&stage, &web, &[change]);
        told(&stage, &browser.get(&start).await, error);
        told(&stage, &stranger.get(&start).await, error);
    }
    let nothing = address(&stage, &web, &[("scope", "billing:read")]);
    told(&stage, &browser.get(&nothing).await, "invalid_scope");
    let twice = address(&stage, &web, &[]) + "&scope=deployments%3Aread";
    told(&stage, &browser.get(&twice).await, "invalid_request");
    // It is unknown which of two states is meant.
    let twice = address(&stage, &web, &[]) + "&state=other";
    let sent = back(&browser.get(&twice).await);
    assert_eq!(sent["error"], "invalid_request");
    assert!(!sent.contains_key("state"), "{sent:?}");
}

#[tokio::test]
async fn a_person_who_declines_or_is_refused_is_told_as_access_denied() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let third = third(&mut stage).await;
    let start = address(&stage, &third, &[]);
    let mut browser = stage.browser("ben").await;
    let page = browser.get(&start).await;
    let own = (start.as_str(), stage.samovar.url());
    let declined = answer(&mut browser, own, &page, "decline").await;
    told(&stage, &declined, "access_denied");

    let mut operator = local_operator(&stage).await;
    told(&stage, &operator.get(&start).await, "access_denied");

    stage.gitea.disable_user("ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    told(&stage, &browser.get(&start).await, "access_denied");
}

/// Signed in with the break-glass password.
async fn local_operator(stage: &Stage) -> Browser {
    const PASSWORD: &str = "correct horse battery staple";
    let set = ["break-glass", "set"];
    stage.samovar.operate(&set, PASSWORD).await;
    let origin = stage.samovar.url();
    let headers = [
        ("origin", origin),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let mut browser = Browser::new();
    let url = format!("{origin}/auth/break-glass");
    let body = Some(form(&[("password", PASSWORD)]));
    let page = browser.send(http::Method::POST, &url, &headers, body).await;
    assert_eq!(page.status, 303, "{}", page.body);
    browser
}

#[tokio::test]
async fn while_nobody_can_say_what_a_person_may_do_the_client_is_told_to_come_again() {
    let mut stage = Stage::set_with("grace = '5s'\n").await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let start = address(&stage, &web, &[]);
    let mut browser = stage.browser("ben").await;
    stage.gitea.go_away().await;
    let page = loop {
        let page = browser.get(&start).await;
        if !back(&page).contains_key("code") {
            break page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    told(&stage, &page, "temporarily_unavailable");
}

#[tokio::test]
async fn a_browser_that_is_sent_round_and_round_is_told_to_wait_and_nobody_else_is() {
    let mut stage = Stage::set().await;
    let web = stage.client(json!({})).await;
    let start = address(&stage, &web, &[("scope", "")]);
    let mut browser = stage.browser("ben").await;
    let mut sent = 0;
    let stopped = loop {
        let page = browser.get(&start).await;
        if page.location.is_none() {
            break page;
        }
        sent += 1;
    };
    assert!((30..40).contains(&sent), "{sent}");
    assert_eq!(stopped.status, 429, "{}", stopped.body);
    let wait = stopped.headers["retry-after"].to_str().unwrap();
    assert!((1..=3).contains(&wait.parse::<u64>().unwrap()), "{wait}");
    let mut cleo = stage.browser("cleo").await;
    assert!(back(&cleo.get(&start).await).contains_key("code"));
}

#[tokio::test]
async fn what_a_page_embeds_is_refused_and_spends_nothing_of_the_person() {
    let mut stage = Stage::set().await;
    let web = stage.client(json!({})).await;
    let start = address(&stage, &web, &[("scope", "")]);
    let mut browser = stage.browser("ben").await;
    let wanted = ["image", "iframe", "empty", "object", "script", ""];
    for wanted in wanted.into_iter().cycle().take(60) {
        let headers = [("accept", "text/html"), ("sec-fetch-dest", wanted)];
        let page = browser.send(Method::GET, &start, &headers, None).await;
        assert_eq!(page.status, 403, "{wanted}: {}", page.body);
        assert!(page.location.is_none() && page.body.contains("open it in a browser window"));
    }
    let twice = [("sec-fetch-dest", "document"), ("sec-fetch-dest", "image")];
    let page = browser.send(Method::GET, &start, &twice, None).await;
    assert_eq!(page.status, 403, "{}", page.body);
    let gone = [
        ("sec-fetch-dest", "document"),
        ("sec-fetch-site", "cross-site"),
    ];
    let page = browser.send(Method::GET, &start, &gone, None).await;
    assert!(back(&page).contains_key("code"));
}

#[tokio::test]
async fn a_form_that_is_longer_than_any_needs_to_be_is_not_read() {
    let stage = Stage::set().await;
    let long = "x".repeat(64 * 1024);
    for path in [
        "/oauth/token",
        "/oauth/device",
        "/oauth/introspect",
        "/oauth/revoke",
    ] {
        let answer = stage.post(path, None, &[("client_id", &long)]).await;
        let code = &answer.json["code"];
        assert_eq!(
            (answer.status, code),
            (413, &json!("body_too_large")),
            "{path}"
        );
    }
}
