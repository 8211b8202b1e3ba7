//! A person lets a client act for them: code, verifier, refresh tokens, consent.

use crate::oauth::stage::{Answer, Machine, Stage, part};
use crate::support::browser::{Browser, Page, form, hidden_fields};
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use std::collections::HashMap;

const CALLBACK: &str = "https://web.example.test/callback";
const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0";

fn challenge() -> String {
    let digest = digest::digest(&digest::SHA256, VERIFIER.as_bytes());
    BASE64URL_NOPAD.encode(digest.as_ref())
}

/// The address of a request; `change` replaces parameters, or takes one away when it is empty.
pub fn address(stage: &Stage, client: &Machine, change: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("scope", "deployments:write"),
        ("state", "s t+a/te"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        pairs.retain(|(other, _)| other != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    let query = crate::support::browser::form(&pairs);
    format!("{}/oauth/authorize?{query}", stage.samovar.url())
}

/// The parameters with which the browser is sent back to the client.
pub fn back(page: &Page) -> HashMap<String, String> {
    let location = page
        .location
        .as_ref()
        .unwrap_or_else(|| panic!("{} {}", page.status, page.body));
    assert!(location.as_str().starts_with(CALLBACK), "{location}");
    location.query_pairs().into_owned().collect()
}

pub async fn redeem(
    stage: &Stage,
    client: &Machine,
    code: &str,
    change: &[(&str, &str)],
) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let basic = (!client.secret.is_empty()).then_some(client);
    if basic.is_none() {
        pairs.push(("client_id", client.id.as_str()));
    }
    for (name, value) in change {
        pairs.retain(|(other, _)| other != name);
        pairs.push((name, value));
    }
    stage.post("/oauth/token", basic, &pairs).await
}

pub async fn refresh(
    stage: &Stage,
    client: &Machine,
    token: &str,
    more: &[(&str, &str)],
) -> Answer {
    let mut pairs = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    let basic = (!client.secret.is_empty()).then_some(client);
    if basic.is_none() {
        pairs.push(("client_id", client.id.as_str()));
    }
    pairs.extend(more);
    stage.post("/oauth/token", basic, &pairs).await
}

/// Answers the question of a page as its form does; `origin` is the page that the browser says it comes from.
pub async fn answer(
    browser: &mut Browser,
    (start, origin): (&str, &str),
    page: &Page,
    word: &str,
) -> Page {
    let headers = [
        ("origin", origin),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let fields = hidden_fields(&page.body);
    let mut pairs: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    pairs.push(("answer", word));
    let body = Some(form(&pairs));
    browser
        .send(http::Method::POST, start, &headers, body)
        .await
}

/// A person's token through a client; `scope` replaces the usual one.
pub async fn signed_in(
    stage: &Stage,
    client: &Machine,
    login: &str,
    scope: &str,
) -> (Browser, Answer) {
    let mut browser = stage.browser(login).await;
    let change = [("scope", scope)];
    let change = if scope.is_empty() {
        &[][..]
    } else {
        &change[..]
    };
    let page = browser.get(&address(stage, client, change)).await;
    let code = back(&page)["code"].clone();
    let answer = redeem(stage, client, &code, &[]).await;
    (browser, answer)
}

#[tokio::test]
async fn a_browser_application_gets_its_users_token_with_state_and_issuer_given_back() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    // Without a session: to sign in, then back to the same request.
    let start = address(&stage, &web, &[]);
    let asked = Browser::new().get(&start).await;
    let to = asked.location.unwrap();
    let (_, wanted) = to
        .query_pairs()
        .find(|(name, _)| name == "return_to")
        .unwrap();
    assert_eq!(format!("{}{wanted}", stage.samovar.url()), start);
    let mut browser = stage.browser("ben").await;
    let page = browser.get(&start).await;
    let sent = back(&page);
    assert_eq!(sent["state"], "s t+a/te");
    assert_eq!(sent["iss"], stage.samovar.url());
    let answer = redeem(&stage, &web, &sent["code"], &[]).await;
    let claims = part(&answer.token(), 1);
    assert_eq!(claims["preferred_username"], "ben");
    assert_eq!(claims["principal_kind"], "user");
    assert_eq!(claims["client_id"], web.id.as_str());
    assert_eq!(claims["scope"], "deployments:write");
    assert_eq!(stage.check_token(&answer.token()).await.status, 200);
    assert!(
        answer.json["refresh_token"]
            .as_str()
            .unwrap()
            .starts_with("smvr_")
    );
}

#[tokio::test]
async fn until_client_and_address_belong_together_nothing_is_sent_anywhere() {
    let mut stage = Stage::set().await;
    let web = stage.client(json!({})).await;
    let mut browser = stage.browser("ben").await;
    for twice in [
        "client_id=x",
        "redirect_uri=https%3A%2F%2Fevil.example.test%2F",
    ] {
        let page = browser
            .get(&format!("{}&{twice}", address(&stage, &web, &[])))
            .await;
        assert!(page.location.is_none() && page.status == 400, "{twice}");
    }
    for change in [
        ("client_id", ""),
        ("client_id", "unknown"),
        ("client_id", "samovar-cli"),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example.test/"),
        ("redirect_uri", "https://web.example.test/callback/"),
        ("redirect_uri", "https://web.example.test/callback?x=1"),
        ("redirect_uri", "https://web.example.test/callback#x"),
        ("redirect_uri", "https://WEB.example.test/callback"),
    ] {
        // No other error of the request is reported to the client.
        for more in [
            ("state", "x"),
            ("response_type", "token"),
            ("scope", "no permission"),
            ("code_challenge", ""),
        ] {
            let page = browser.get(&address(&stage, &web, &[change, more])).await;
            assert!(page.location.is_none(), "{change:?} {:?}", page.location);
            assert_eq!(page.status, 400, "{change:?} {more:?}");
        }
    }
}

#[tokio::test]
async fn a_code_is_bound_to_client_address_and_verifier_and_each_alone_fails() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let other = stage.client(json!({"name": "other"})).await;
    let mut browser = stage.browser("ben").await;
    let wrong = "z".repeat(43);
    for change in [
        ("redirect_uri", "https://web.example.test/other"),
        ("code_verifier", wrong.as_str()),
        ("code_verifier", "short"),
        ("client_id", other.id.as_str()),
        ("code", "nonsense"),
    ] {
        let page = browser.get(&address(&stage, &web, &[])).await;
        let code = back(&page)["code"].clone();
        let refused = redeem(&stage, &web, &code, &[change]).await;
        refused.is_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn a_second_use_of_a_code_ends_what_the_first_got() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let mut browser = stage.browser("ben").await;
    let page = browser.get(&address(&stage, &web, &[])).await;
    let code = back(&page)["code"].clone();
    let first = redeem(&stage, &web, &code, &[]).await;
    assert_eq!(stage.check_token(&first.token()).await.status, 200);
    redeem(&stage, &web, &code, &[])
        .await
        .is_error(400, "invalid_grant");
    assert_eq!(
        stage.check_token(&first.token()).await.json["code"],
        "token_revoked"
    );
    let token = first.json["refresh_token"].as_str().unwrap();
    refresh(&stage, &web, token, &[])
        .await
        .is_error(400, "invalid_grant");
}

#[tokio::test]
async fn of_sixty_four_who_come_with_one_code_at_most_one_keeps_anything() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let mut browser = stage.browser("ben").await;
    let page = browser.get(&address(&stage, &web, &[])).await;
    let code = back(&page)["code"].clone();
    let all = (0..64).map(|_| redeem(&stage, &web, &code, &[]));
    let answers = futures(all).await;
    let won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert!(won.len() <= 1, "{} have a token", won.len());
    for answer in won {
        let refused = stage.check_token(&answer.token()).await;
        assert_eq!(refused.json["code"], "token_revoked");
    }
}

async fn futures<F: Future<Output = Answer>>(all: impl Iterator<Item = F>) -> Vec<Answer> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done
}

#[tokio::test]
async fn parallel_refreshes_get_one_successor_and_a_replay_ends_the_family() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let (_, first) = signed_in(&stage, &web, "ben", "").await;
    let zero = first.json["refresh_token"].as_str().unwrap().to_owned();
    let all = (0..64).map(|_| refresh(&stage, &web, &zero, &[]));
    let answers = futures(all).await;
    let mut next: Vec<_> = answers
        .iter()
        .map(|answer| {
            answer.token();
            answer.json["refresh_token"].as_str().unwrap().to_owned()
        })
        .collect();
    next.sort_unstable();
    next.dedup();
    assert_eq!(next.len(), 1, "one successor");
    let two = refresh(&stage, &web, &next[0], &[]).await;
    let two_text = two.json["refresh_token"].as_str().unwrap().to_owned();
    // The token before the last is used again, so a copy exists.
    refresh(&stage, &web, &zero, &[])
        .await
        .is_error(400, "invalid_grant");
    refresh(&stage, &web, &two_text, &[])
        .await
        .is_error(400, "invalid_grant");
    assert_eq!(
        stage.check_token(&two.token()).await.json["code"],
        "token_revoked"
    );
    let events = stage.ada.get("/audit-events?action=grant.replay").await;
    assert!(!events["items"].as_array().unwrap().is_empty(), "{events}");
}

#[tokio::test]
async fn a_refresh_may_narrow_and_never_widen_and_follows_what_is_held() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let (_, first) = signed_in(&stage, &web, "ben", "deployments:write deployments:read").await;
    let token = first.json["refresh_token"].as_str().unwrap();
    let narrow = refresh(&stage, &web, token, &[("scope", "deployments:read")]).await;
    assert_eq!(narrow.json["scope"], "deployments:read");
    let token = narrow.json["refresh_token"].as_str().unwrap();
    let wider = refresh(&stage, &web, token, &[("scope", "deployments:delete")]).await;
    wider.is_error(400, "invalid_scope");
    let other = stage.client(json!({"name": "other"})).await;
    refresh(&stage, &other, token, &[])
        .await
        .is_error(400, "invalid_grant");

    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let nothing = refresh(&stage, &web, token, &[]).await;
    assert_eq!(nothing.json["scope"], "", "{}", nothing.json);
}

#[tokio::test]
async fn a_person_sees_and_ends_what_they_allowed() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    let (_, answer) = signed_in(&stage, &web, "ben", "").await;
    let mut ben = stage.samovar.sign_in(&stage.gitea, "ben").await;
    let grants = ben.get("/me/grants").await;
    assert_eq!(grants["items"][0]["client"]["name"], "web");
    assert_eq!(grants["items"][0]["scope"], json!(["deployments:write"]));
    let path = format!("/me/grants/{}", grants["items"][0]["id"].as_str().unwrap());
    let mut cleo = stage.samovar.sign_in(&stage.gitea, "cleo").await;
    assert_eq!(cleo.api("DELETE", &path, None).await.0, 404);
    ben.must("DELETE", &path, &Value::Null).await;
    assert_eq!(
        stage.check_token(&answer.token()).await.json["code"],
        "token_revoked"
    );
}

#[tokio::test]
async fn consent_is_asked_once_and_a_declined_client_gets_nothing() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let third = stage
        .client(json!({"name": "third", "first_party": false}))
        .await;
    let mut browser = stage.browser("ben").await;
    let start = address(&stage, &third, &[]);
    let page = browser.get(&start).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for text in [
        "third",
        "deploy-api",
        "deployments:write",
        "ben",
        "https://web.example.test",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let own = (start.as_str(), stage.samovar.url());
    let declined = answer(&mut browser, own, &page, "decline").await;
    assert_eq!(back(&declined)["error"], "access_denied");
    let evil = (start.as_str(), "https://evil.example.test");
    let foreign = answer(&mut browser, evil, &page, "allow").await;
    assert_eq!(foreign.status, 403);
    let allowed = answer(&mut browser, own, &page, "allow").await;
    let code = back(&allowed)["code"].clone();
    redeem(&stage, &third, &code, &[]).await.token();
    let again = browser.get(&start).await;
    assert!(back(&again).contains_key("code"), "allowed before");
}
