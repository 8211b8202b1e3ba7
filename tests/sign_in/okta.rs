//! Okta's shape: an issuer with a path, no groups without their scope, a cap of groups, keys that change, `cid` in access
//! tokens, thin ID tokens, and a sign-out that wants an ID token.

use crate::sign_in::several::{sign_in, stage};
use crate::sign_in::stage::Stage;
use crate::support::browser::{Browser, Page};
use reqwest::Method;
use samovar::model::Principal;
use samovar::session::Cookie;
use samovar::sign_in::{BrowserRequest, FlowCookies};

fn groups(stage: &Stage) -> (usize, bool) {
    let session = stage.sessions.list().into_iter().next().unwrap();
    let Principal::User(id) = session.principal else {
        panic!("{session:?}")
    };
    let directory = stage.mirror.directory();
    let external = directory.user(id).unwrap().external().unwrap();
    (external.groups.len(), external.groups_may_be_cut)
}

#[tokio::test]
async fn groups_need_their_scope() {
    let (bare, providers) = stage(&["okta"], |s| s.scopes = vec!["profile".to_owned()]).await;
    providers[0].person("00u1", "ana", &["Everyone", "Deployers"]);
    sign_in(&bare, &mut Browser::new(), "okta").await;
    assert_eq!(groups(&bare), (0, false));
    let (whole, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &["Everyone", "Deployers"]);
    sign_in(&whole, &mut Browser::new(), "okta").await;
    assert_eq!(groups(&whole), (2, false));
}

#[tokio::test]
async fn a_list_at_the_cap_is_marked_as_perhaps_cut() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    let many: Vec<String> = (0..130).map(|n| format!("group {n:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    providers[0].configure(|shape| shape.cap = Some(100));
    for (count, expected) in [(99, (99, false)), (100, (100, true)), (130, (100, true))] {
        providers[0].person("00u1", "ana", &many[..count]);
        sign_in(&stage, &mut Browser::new(), "okta").await;
        assert_eq!(groups(&stage), expected, "{count}");
    }
}

#[tokio::test]
async fn groups_that_only_userinfo_tells_are_read_there() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].configure(|shape| shape.groups_in_userinfo = true);
    providers[0].person("00u1", "ana", &["Deployers"]);
    sign_in(&stage, &mut Browser::new(), "okta").await;
    assert_eq!(groups(&stage), (1, false));
}

#[tokio::test]
async fn a_key_that_changes_at_any_moment_fails_no_sign_in_and_one_that_is_not_published_does() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    for _ in 0..3 {
        let page = sign_in(&stage, &mut Browser::new(), "okta").await;
        assert_eq!(page.status, 303, "{}", page.body);
        providers[0].rotate_key();
    }
    providers[0].configure(|shape| shape.key_unpublished = true);
    let page = sign_in(&stage, &mut Browser::new(), "okta").await;
    assert!(
        page.body.contains("no key of the provider signed it"),
        "{}",
        page.body
    );
}

async fn sign_out(browser: &mut Browser, origin: &str, path: &str) -> Page {
    let headers = [
        ("origin", origin),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let url = format!("{origin}{path}");
    browser
        .send(Method::POST, &url, &headers, Some(String::new()))
        .await
}

/// Where the page of a sign-out leads on to.
fn onward(page: &Page) -> Option<String> {
    let refresh = page.headers.get("refresh")?.to_str().unwrap();
    Some(refresh.strip_prefix("0; url=").unwrap().to_owned())
}

#[tokio::test]
async fn signing_out_here_signs_out_there_and_comes_back_to_stay() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    let mut browser = Browser::new();
    sign_in(&stage, &mut browser, "okta").await;
    let page = sign_out(&mut browser, &stage.own, "/auth/sign-out").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(stage.sessions.list().is_empty());
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'none'"), "{policy}");
    let to = onward(&page).unwrap();
    assert!(page.body.contains("Continue to The okta"), "{}", page.body);
    let there = browser.get(&to).await;
    let back = there.location.expect("Okta takes the token for a proof");
    assert_eq!(back.as_str(), format!("{}/auth/signed-out", stage.own));
    let page = browser.get(back.as_str()).await;
    assert!(
        page.status == 200 && page.body.contains(">Sign in</a>"),
        "{}",
        page.body
    );
    // A person who is signed out already, or who came from Gitea, stays here.
    let page = sign_out(&mut browser, &stage.own, "/auth/sign-out").await;
    assert_eq!((page.status, onward(&page)), (303, None));
}

#[tokio::test]
async fn a_sign_out_at_an_application_leads_on_to_the_provider_too() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    let mut browser = Browser::new();
    sign_in(&stage, &mut browser, "okta").await;
    let page = browser
        .get(&format!("{}/.samovar/sign-in", stage.app))
        .await;
    let mut page = page;
    while let Some(to) = page
        .location
        .clone()
        .filter(|to| to.path().starts_with("/.samovar") || to.path().starts_with("/auth"))
    {
        page = browser.get(to.as_str()).await;
    }
    assert_eq!(stage.sessions.list().len(), 2);
    let page = sign_out(&mut browser, &stage.app, "/.samovar/sign-out").await;
    assert!(
        onward(&page).unwrap().starts_with(&providers[0].issuer()),
        "{}",
        page.body
    );
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn a_provider_without_a_place_to_sign_out_at_is_left_alone() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    providers[0].configure(|shape| shape.no_sign_out = true);
    let mut browser = Browser::new();
    sign_in(&stage, &mut browser, "okta").await;
    let page = sign_out(&mut browser, &stage.own, "/auth/sign-out").await;
    assert_eq!((page.status, onward(&page)), (303, None), "{}", page.body);
}

#[tokio::test]
async fn a_sign_out_after_a_restart_leads_on_with_the_proof_that_was_sealed() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    for (seal_key, proof) in [([8; 32], false), ([7; 32], true)] {
        let mut browser = Browser::new();
        sign_in(&stage, &mut browser, "okta").await;
        let kept = stage.store.load().unwrap().sessions.remove(0);
        let sealed = kept
            .provider_session
            .unwrap()
            .id_token
            .expect("Okta wants it");
        let stored = String::from_utf8_lossy(sealed.bytes());
        assert!(!stored.contains("eyJ"), "the store does not contain it");
        let cookies = browser.cookies(crate::sign_in::stage::jar(&stage.own));
        let name = stage.sign_in.cookies().name(Cookie::Session);
        let visitor = BrowserRequest {
            origin: crate::sign_in::stage::origin(None),
            session: Some(cookies[name].parse().unwrap()),
            flows: FlowCookies::default(),
            browser: None,
            signed_out: false,
        };
        let restarted = stage.restarted(seal_key);
        let out = restarted.sign_out(&visitor, false).await.unwrap();
        let to = out.onward.unwrap().to;
        assert_eq!(to.contains("id_token_hint="), proof, "{to}");
        let there = browser.get(&to).await;
        assert_eq!(there.location.is_some(), proof, "Okta takes no other proof");
    }
}
