//! What a person is shown is what a client gets, wherever the answer travels; and what of it is written down.

use crate::oauth::authorize::{address, answer, back, redeem, refresh, signed_in};
use crate::oauth::stage::{Stage, part};
use crate::support::browser::hidden_fields;
use serde_json::{Value, json};

#[tokio::test]
async fn a_client_gets_the_words_that_were_shown_and_none_that_came_to_be_held_since() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let third = json!({"name": "third", "first_party": false});
    let third = stage.client(third).await;
    let mut browser = stage.browser("ben").await;
    let start = address(&stage, &third, &[("scope", "")]);
    let page = browser.get(&start).await;
    let shown = ("shown".to_owned(), "deployments:write".to_owned());
    assert_eq!(hidden_fields(&page.body), [shown]);
    stage.also("logs:read").await;
    let own = (start.as_str(), stage.samovar.url());
    let allowed = answer(&mut browser, own, &page, "allow").await;
    let first = redeem(&stage, &third, &back(&allowed)["code"], &[]).await;
    assert_eq!(part(&first.token(), 1)["scope"], "deployments:write");
    let token = first.json["refresh_token"].as_str().unwrap();
    let next = refresh(&stage, &third, token, &[]).await;
    assert_eq!(next.json["scope"], "deployments:write");
    let wider = browser.get(&start).await;
    assert!(wider.body.contains("logs:read"), "asked anew for more");
}

#[tokio::test]
async fn what_was_shown_and_is_held_no_more_is_not_given() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let third = json!({"name": "third", "first_party": false});
    let third = stage.client(third).await;
    let mut browser = stage.browser("ben").await;
    let start = address(&stage, &third, &[("scope", "")]);
    let page = browser.get(&start).await;
    let odd = page
        .body
        .replace("value=\"deployments:write\"", "value=\"a b\"");
    assert_ne!(odd, page.body);
    let own = (start.as_str(), stage.samovar.url());
    let forged = crate::support::browser::Page {
        body: odd,
        ..browser.get(&start).await
    };
    let forged = answer(&mut browser, own, &forged, "allow").await;
    assert_eq!(forged.status, 400, "{}", forged.body);
    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let late = answer(&mut browser, own, &page, "allow").await;
    assert_eq!(back(&late)["error"], "invalid_scope");
}

/// No policy can name an IPv6 address, so the answer leads on by itself and the form to nowhere but here.
#[tokio::test]
async fn the_answer_for_a_program_at_an_ipv6_address_travels_without_loosening_the_policy() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    for (registered, asked, forms) in [
        (
            "http://[::1]/callback",
            "http://[::1]:51004/callback",
            "form-action 'self';",
        ),
        (
            "http://127.0.0.1/callback",
            "http://127.0.0.1:51004/callback",
            "form-action 'self' http://127.0.0.1:51004;",
        ),
    ] {
        let name = if asked.contains('[') { "six" } else { "four" };
        let tool = json!({"name": name, "first_party": false, "redirect_uris": [registered]});
        let tool = stage.client(tool).await;
        let mut browser = stage.browser("ben").await;
        let start = address(&stage, &tool, &[("redirect_uri", asked)]);
        let page = browser.get(&start).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(forms), "{policy}");
        let own = (start.as_str(), stage.samovar.url());
        let done = answer(&mut browser, own, &page, "allow").await;
        let sent = done.location.as_ref().map(ToString::to_string);
        let to = sent.unwrap_or_else(|| {
            let refresh = done.headers["refresh"].to_str().unwrap();
            refresh.strip_prefix("0; url=").unwrap().to_owned()
        });
        assert_eq!(done.location.is_none(), name == "six");
        assert!(to.starts_with(&format!("{asked}?code=")), "{to}");
        assert!(to.contains("&state=") && to.contains("&iss="), "{to}");
    }
}

#[tokio::test]
async fn what_was_allowed_is_written_down_whether_anybody_was_asked_or_not() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let web = stage.client(json!({})).await;
    signed_in(&stage, &web, "ben", "").await;
    let third = json!({"name": "third", "first_party": false});
    let third = stage.client(third).await;
    let mut browser = stage.browser("ben").await;
    let start = address(&stage, &third, &[]);
    let page = browser.get(&start).await;
    let own = (start.as_str(), stage.samovar.url());
    answer(&mut browser, own, &page, "decline").await;
    let allowed = answer(&mut browser, own, &page, "allow").await;
    redeem(&stage, &third, &back(&allowed)["code"], &[])
        .await
        .token();
    browser.get(&start).await;
    browser
        .get(&address(&stage, &third, &[("scope", "billing:read")]))
        .await;

    let allowed = stage.ada.get("/audit-events?action=grant.allow").await;
    let (yes, no) = ("allowed".to_owned(), "denied".to_owned());
    let scope = "scope `deployments:write`".to_owned();
    let expected = [
        (
            &web,
            &yes,
            "no consent needed: the client is first-party",
            Some(&scope),
        ),
        (&third, &no, "access_denied", None),
        (&third, &yes, "the person allowed it", Some(&scope)),
        (
            &third,
            &yes,
            "no consent needed: the person allowed it before",
            Some(&scope),
        ),
        (&third, &no, "invalid_scope", None),
    ];
    let found = lines(&allowed);
    assert_eq!(found.len(), expected.len(), "{allowed}");
    for ((id, outcome, reasons), (client, ended, why, scope)) in found.iter().zip(expected) {
        assert_eq!((id, outcome), (&client.id, ended), "{allowed}");
        assert_eq!(reasons[0], why);
        assert!(
            scope.is_none_or(|scope| reasons[1] == *scope),
            "{reasons:?}"
        );
    }
    let taken = stage.ada.get("/audit-events?action=grant.create").await;
    for (event, client) in lines(&taken).iter().zip([&web, &third]) {
        let named = [format!("client `{}`", client.id), scope.clone()];
        assert_eq!(event.2, named, "{taken}");
    }
}

/// Object, outcome and reasons of ben's events, the first first.
fn lines(events: &Value) -> Vec<(String, String, Vec<String>)> {
    let items = events["items"].as_array().unwrap().iter().rev();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items
        .map(|event| {
            assert_eq!(event["actor"]["login"], "ben", "{event}");
            assert_eq!(event["application"]["name"], "deploy-api", "{event}");
            let reasons = event["reasons"].as_array().unwrap().iter();
            (
                text(&event["object"]["id"]),
                text(&event["outcome"]),
                reasons.map(text).collect(),
            )
        })
        .collect()
}
