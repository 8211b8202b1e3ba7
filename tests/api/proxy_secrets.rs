//! Proxy secrets over the API: a placeholder for most, the secret for those who may change all of an application, and an
//! overlap when it is rotated.

use crate::api::recipes::{application, id_of, make};
use crate::api::world::{Ask, Who, World};
use samovar::audit::Action;
use serde_json::json;

const PREFIX: &str = "smvp_";

/// The proxy secret in a generated block.
fn secret(block: &str) -> Option<&str> {
    let (_, rest) = block.split_once(PREFIX)?;
    Some(
        rest.split(|c: char| c == '"' || c == ';' || c.is_whitespace())
            .next()
            .unwrap(),
    )
}

#[tokio::test]
async fn proxy_secret_is_shown_to_full_editors_alone_and_recorded() {
    let world = World::start().await;
    let (at, _) = make(&world, "applications", application("deploy")).await;
    for dialect in ["nginx", "caddy"] {
        let path = format!("{at}/snippets/{dialect}");
        let shown = world.get(&path).await.json();
        assert_eq!(shown["needs_secret"], true);
        let block = shown["text"].as_str().unwrap();
        assert!(block.contains("REPLACE_WITH_THE_PROXY_SECRET"), "{block}");
        assert_eq!(secret(block), None, "{block}");
        let ask = |who| Ask::new("POST", &path).by(who);
        for who in [Who::Editor, Who::Auditor, Who::Member] {
            let refused = world.call(ask(who)).await;
            assert_eq!(refused.status, 403, "{who:?} {}", refused.text);
            assert!(!refused.text.contains(PREFIX));
        }
        let answer = world.call(ask(Who::Administrator)).await;
        let text = answer.json()["text"].as_str().unwrap().to_owned();
        let secret = secret(&text).unwrap();
        assert_eq!(secret.len(), 43, "{text}");
        let events = world.events_of_request(&answer.header("x-request-id"));
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].event.action, Action::ProxySecretShow);
        assert!(!format!("{:?}", events[0]).contains(secret));
    }
}

#[tokio::test]
async fn rotated_proxy_secret_is_another_and_names_the_overlap() {
    let world = World::start().await;
    let (at, _) = make(&world, "applications", application("deploy")).await;
    let show = || Ask::new("POST", &format!("{at}/snippets/nginx")).by(Who::Administrator);
    let before = world.call(show()).await.json();
    let before = secret(before["text"].as_str().unwrap()).unwrap().to_owned();
    let rotate = |who| {
        let path = format!("{at}/proxy-secret/rotate");
        Ask::new("POST", &path)
            .by(who)
            .json(&json!({"overlap": 60}))
    };
    assert_eq!(world.call(rotate(Who::Editor)).await.status, 403);
    let rotated = world.call(rotate(Who::Administrator)).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    assert_eq!(rotated.json()["id"], id_of(&at));
    let events = world.events_of_request(&rotated.header("x-request-id"));
    assert_eq!(events[0].event.action, Action::ProxySecretRotate);
    let reason = events[0].event.reasons[0].as_str();
    assert!(reason.contains("valid until"), "{reason}");
    let after = world.call(show()).await.json();
    assert_ne!(secret(after["text"].as_str().unwrap()).unwrap(), before);
    let too_long = Ask::new("POST", &format!("{at}/proxy-secret/rotate")).by(Who::Administrator);
    let refused = world
        .call(too_long.json(&json!({"overlap": 604_801})))
        .await;
    assert_eq!(refused.status, 400, "{}", refused.text);
}
