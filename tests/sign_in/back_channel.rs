//! Back-channel logout as a provider does it: which sessions end, what is answered, and that nothing else ends any.
//! The claims of a token one by one are tried in `src/oidc/logout_tests.rs`.

use crate::sign_in::several::{begin, sign_in, stage};
use crate::sign_in::stage::{Stage, jar};
use crate::support::browser::{Browser, Page};
use crate::support::gitea::errors::At;
use crate::support::openid::Openid;
use samovar::audit::{Action, Outcome};
use samovar::sign_in::LogoutNotice;
use serde_json::json;

async fn post(stage: &Stage, id: &str, fields: &[(&str, &str)]) -> Page {
    let url = format!("{}/auth/backchannel-logout/{id}", stage.own);
    let page = Browser::new().post(&url, fields).await;
    assert_eq!(page.headers["cache-control"], "no-store");
    page
}

async fn log_out(stage: &Stage, id: &str, token: &str) -> u16 {
    post(stage, id, &[("logout_token", token)]).await.status
}

async fn one() -> (Stage, Openid) {
    let (stage, mut providers) = stage(&["okta"], |_| {}).await;
    (stage, providers.remove(0))
}

/// Signed in at Samovar and at an application.
async fn signed_in(stage: &Stage, okta: &Openid, sub: &str) -> String {
    okta.person(sub, sub, &[]);
    let mut browser = Browser::new();
    sign_in(stage, &mut browser, "okta").await;
    let mut page = browser
        .get(&format!("{}/.samovar/sign-in", stage.app))
        .await;
    while let Some(to) = page.location.clone() {
        if to.path() == "/" {
            break;
        }
        page = browser.get(to.as_str()).await;
    }
    okta.state().sid.clone()
}

#[tokio::test]
async fn a_person_who_signs_out_there_is_signed_out_here_and_at_every_application() {
    let (stage, okta) = one().await;
    signed_in(&stage, &okta, "ana").await;
    signed_in(&stage, &okta, "ana").await;
    signed_in(&stage, &okta, "bea").await;
    assert_eq!(stage.sessions.list().len(), 6);
    assert_eq!(
        log_out(&stage, "okta", &okta.logout_token(Some("ana"), |_| {})).await,
        200
    );
    assert_eq!(stage.sessions.list().len(), 2, "bea's are left");
    let ends = stage.events(Action::SessionEnd);
    assert_eq!(ends.len(), 2, "one for each sign-in at Samovar");
    for end in ends {
        assert_eq!(end.event.actor.to_string(), "system:back-channel-logout");
        assert!(end.event.reasons[0].as_str().contains("provider okta"));
    }
    // Nothing left of ana's: that is well.
    assert_eq!(
        log_out(&stage, "okta", &okta.logout_token(Some("ana"), |_| {})).await,
        200
    );
    assert_eq!(stage.sessions.list().len(), 2);
}

#[tokio::test]
async fn one_sign_in_there_ends_by_its_own_name_alone() {
    let (stage, okta) = one().await;
    let first = signed_in(&stage, &okta, "ana").await;
    signed_in(&stage, &okta, "ana").await;
    let token = okta.logout_token(None, |claims| claims["sid"] = json!(first));
    assert_eq!(log_out(&stage, "okta", &token).await, 200);
    assert_eq!(stage.sessions.list().len(), 2);
    // A name of a sign-in with a person whose it is not ends nothing.
    let token = okta.logout_token(None, |claims| claims["sub"] = json!("bea"));
    assert_eq!(log_out(&stage, "okta", &token).await, 200);
    assert_eq!(stage.sessions.list().len(), 2);
    assert_eq!(
        log_out(&stage, "okta", &okta.logout_token(None, |_| {})).await,
        200
    );
    assert!(stage.sessions.list().is_empty());
}

/// Signs ana in, and has the provider say this while Samovar waits for Gitea in the callback.
async fn overtaken(stage: &Stage, okta: &Openid, token: impl FnOnce() -> String) -> Page {
    okta.person("ana", "ana", &[]);
    let mut browser = Browser::new();
    let to = begin(stage, &mut browser, "okta", "/").await;
    let back = browser.get(&to).await.location.unwrap();
    let hold = stage
        .stand_in()
        .errors()
        .hold_request(At::path("/api/v1/admin/users"));
    let (page, ()) = tokio::join!(browser.get(back.as_str()), async {
        hold.reached().await;
        assert_eq!(log_out(stage, "okta", &token()).await, 200);
        hold.release();
    });
    let cookies = browser.cookies(jar(&stage.own));
    assert_eq!(cookies.contains_key("samovar"), page.status == 303);
    page
}

#[tokio::test]
async fn a_person_who_signs_out_there_while_the_callback_is_at_work_is_not_signed_in() {
    let (stage, mut providers) = stage(&["okta"], |settings| settings.gitea_source = Some(7)).await;
    let okta = providers.remove(0);
    let by_name = || okta.logout_token(Some("ana"), |_| {});
    let by_sid = || okta.logout_token(None, |_| {});
    for page in [
        overtaken(&stage, &okta, by_name).await,
        overtaken(&stage, &okta, by_sid).await,
    ] {
        assert_eq!(page.status, 400, "{}", page.body);
        assert!(page.body.contains("signed out there"), "{}", page.body);
        assert!(page.body.contains(">Try again</a>"), "{}", page.body);
        assert!(stage.sessions.list().is_empty());
        assert!(stage.store.load().unwrap().sessions.is_empty());
        let end = stage.events(Action::SessionEnd).remove(0).event;
        let mut newest = stage.events(Action::SessionCreate).into_iter();
        let [refused, begun] = [(); 2].map(|()| newest.next().unwrap().event);
        assert_eq!((end.object, end.actor), (begun.object, begun.actor));
        assert_eq!(
            (refused.outcome, refused.actor),
            (Outcome::Denied, end.actor)
        );
    }
    // A token for another person, for another sign-in of hers, or from before does not end this session.
    let other = || okta.logout_token(Some("bea"), |_| {});
    assert_eq!(overtaken(&stage, &okta, other).await.status, 303);
    let before = okta.state().sid.clone();
    let other = || okta.logout_token(None, |claims| claims["sid"] = json!(before));
    assert_eq!(overtaken(&stage, &okta, other).await.status, 303);
    assert_eq!(
        stage.sessions.list().len(),
        1,
        "of the sign-in before, none"
    );
    assert_eq!(log_out(&stage, "okta", &by_name()).await, 200);
    assert!(stage.sessions.list().is_empty());
    signed_in(&stage, &okta, "ana").await;
    assert_eq!(stage.sessions.list().len(), 2);
}

#[tokio::test]
async fn a_token_counts_once_and_only_as_what_it_is() {
    let (stage, okta) = one().await;
    signed_in(&stage, &okta, "ana").await;
    let good = okta.logout_token(Some("bea"), |_| {});
    assert_eq!(log_out(&stage, "okta", &good).await, 200);
    assert_eq!(log_out(&stage, "okta", &good).await, 400, "used before");
    let token = |bend: fn(&mut serde_json::Value)| okta.logout_token(Some("ana"), bend);
    for bad in [
        token(|claims| claims["nonce"] = json!("n")),
        token(|claims| claims["events"] = json!({})),
        token(|claims| claims["aud"] = json!("other")),
        token(|claims| claims["iss"] = json!("https://evil.example")),
        token(|claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() - 3600)),
        token(|claims| claims["jti"] = json!(null)),
        token(|claims| claims["sub"] = json!("")),
        "x".to_owned(),
        String::new(),
    ] {
        let page = post(&stage, "okta", &[("logout_token", &bad)]).await;
        assert_eq!(page.status, 400, "{bad}: {}", page.body);
    }
    let good = okta.logout_token(Some("ana"), |_| {});
    for fields in [vec![], vec![("logout_token", good.as_str()); 2]] {
        assert_eq!(post(&stage, "okta", &fields).await.status, 400);
    }
    for other in ["gitea", "unknown"] {
        assert_eq!(log_out(&stage, other, &good).await, 400, "{other}");
    }
    assert_eq!(
        stage.sessions.list().len(),
        2,
        "ana is signed in all the while"
    );
    let refused = stage.events(Action::SessionEnd).into_iter();
    let refused: Vec<_> = refused
        .filter(|e| e.event.outcome == Outcome::Denied)
        .collect();
    assert!(
        !refused.is_empty() && refused.len() <= 4,
        "counted: {}",
        refused.len()
    );
    assert_eq!(log_out(&stage, "okta", &good).await, 200);
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn the_word_of_a_provider_ends_no_session_of_another() {
    let (stage, providers) = stage(&["okta", "other"], |_| {}).await;
    for (id, provider) in ["okta", "other"].into_iter().zip(&providers) {
        provider.person("ana", "ana", &[]);
        sign_in(&stage, &mut Browser::new(), id).await;
    }
    let token = providers[1].logout_token(Some("ana"), |_| {});
    assert_eq!(log_out(&stage, "okta", &token).await, 400);
    assert_eq!(log_out(&stage, "other", &token).await, 200);
    let left = stage.sessions.list();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].provider.as_ref().unwrap().as_str(), "okta");
}

#[tokio::test]
async fn a_key_that_was_changed_a_moment_ago_is_found_and_a_flood_of_forgeries_causes_no_flood() {
    let (stage, okta) = one().await;
    signed_in(&stage, &okta, "ana").await;
    okta.rotate_key();
    let token = okta.logout_token(Some("ana"), |_| {});
    assert_eq!(log_out(&stage, "okta", &token).await, 200);
    assert!(stage.sessions.list().is_empty());
    let read = okta.count("GET /v1/keys");
    for _ in 0..5 {
        // Signed with the key of now, which is gone in the next moment.
        let outdated = okta.logout_token(Some("ana"), |_| {});
        okta.rotate_key();
        let forged = outdated.replace('.', "A.");
        assert_eq!(log_out(&stage, "okta", &forged).await, 400);
        log_out(&stage, "okta", &okta.logout_token(Some("ana"), |_| {})).await;
    }
    assert_eq!(
        okta.count("GET /v1/keys"),
        read,
        "strangers cause one reading in a minute"
    );
    stage.clock.turn(60);
    assert_eq!(
        log_out(&stage, "okta", &okta.logout_token(Some("ana"), |_| {})).await,
        200
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_no_key_of_a_provider_from_being_found() {
    let (stage, okta) = one().await;
    signed_in(&stage, &okta, "ana").await;
    for _ in 0..2 {
        okta.rotate_key();
        let token = okta.logout_token(Some("ana"), |_| {});
        assert_eq!(log_out(&stage, "okta", &token).await, 200);
        stage.clock.turn(-3600);
    }
    okta.rotate_key();
    signed_in(&stage, &okta, "ana").await;
}

#[tokio::test]
async fn a_token_that_was_used_is_refused_after_a_restart_for_as_long_as_it_could_be_used() {
    let (stage, okta) = one().await;
    signed_in(&stage, &okta, "ana").await;
    let used = okta.logout_token(Some("ana"), |_| {});
    assert_eq!(log_out(&stage, "okta", &used).await, 200);
    let idle = okta.logout_token(Some("bea"), |_| {});
    assert_eq!(
        log_out(&stage, "okta", &idle).await,
        200,
        "she has no session here"
    );
    let kept = stage.store.load().unwrap().revocations;
    assert_eq!(kept.len(), 2);
    for one in kept {
        let minutes = one.until.since(one.at).as_secs() / 60;
        assert!((10..=12).contains(&minutes), "{minutes}");
    }
    let restarted = stage.restarted([7; 32]);
    let again = async |token: &str| {
        let notice = LogoutNotice {
            origin: crate::sign_in::stage::origin(None),
            token,
        };
        restarted.back_channel_logout("okta", notice).await
    };
    for token in [&used, &idle] {
        let refused = again(token).await.unwrap_err().to_string();
        assert!(refused.contains("used before"), "{refused}");
    }
    let new = okta.logout_token(Some("ana"), |_| {});
    again(&new).await.unwrap();
}
