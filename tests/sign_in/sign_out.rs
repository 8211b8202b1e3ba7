//! Signed out stays signed out, here and everywhere below; and break-glass, which is loud.

use crate::sign_in::stage::{Stage, jar};
use crate::support::browser::{Browser, Page, form};
use reqwest::Method;
use samovar::audit::{Action, Outcome};
use samovar::model::Principal;
use samovar::sign_in::{BrowserRequest, FlowCookies};

/// Sends a form as a page of that origin does.
async fn post(browser: &mut Browser, origin: &str, path: &str, pairs: &[(&str, &str)]) -> Page {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("origin", origin),
    ];
    let url = format!("{origin}{path}");
    browser
        .send(Method::POST, &url, &headers, Some(form(pairs)))
        .await
}

/// Opens an application and follows Samovar's redirects up to Gitea's or to a page.
async fn open_application(stage: &Stage, browser: &mut Browser, origin: &str) -> Page {
    let rd = form(&[("rd", &format!("{origin}/x"))]);
    let mut page = browser
        .get(&format!("{origin}/.samovar/sign-in?{rd}"))
        .await;
    while let Some(to) = page.location.clone() {
        if to.as_str().starts_with(stage.gitea.url()) || to.path() == "/x" {
            break;
        }
        page = browser.get(to.as_str()).await;
    }
    page
}

#[tokio::test]
async fn whoever_signs_out_stays_out_until_a_click() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    stage.sign_in(&mut browser, "ben", "/").await;
    open_application(&stage, &mut browser, &stage.app).await;
    let cookie = browser.cookies(jar(&stage.app))["samovar-app"].clone();
    let page = post(&mut browser, &stage.own, "/auth/sign-out", &[]).await;
    assert_eq!(page.headers["location"], "/auth/signed-out");
    assert!(
        stage.sessions.find(&cookie.parse().unwrap()).is_err(),
        "children end with it"
    );
    let page = open_application(&stage, &mut browser, &stage.app).await;
    assert_eq!(page.status, 200, "no silent way back in");
    assert!(page.body.contains("You are signed out"), "{}", page.body);
    // The button leads through Gitea, back to the application.
    let (_, rest) = page.body.split_once("class=\"button\" href=\"").unwrap();
    let button = rest.split('"').next().unwrap().replace("&amp;", "&");
    let to = browser
        .get(&format!("{}{button}", stage.own))
        .await
        .location
        .unwrap();
    let back = browser.sign_in_at_gitea(to.as_str(), "ben").await;
    let page = browser.get(&back).await;
    let page = browser.get(page.location.unwrap().as_str()).await;
    let page = browser.get(page.location.unwrap().as_str()).await;
    assert_eq!(
        page.headers["location"].to_str().unwrap(),
        format!("{}/x", stage.app)
    );
    assert!(
        !browser
            .cookies(jar(&stage.own))
            .contains_key("samovar-signed-out")
    );
    let events = stage.events(Action::SessionEnd);
    assert_eq!(events.len(), 1);
    assert_eq!(
        events[0].event.personal.login.as_ref().unwrap().as_str(),
        "ben"
    );
}

#[tokio::test]
async fn signing_out_at_an_application_signs_out_of_all_of_them() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    stage.sign_in(&mut browser, "ben", "/").await;
    open_application(&stage, &mut browser, &stage.app).await;
    open_application(&stage, &mut browser, &stage.other).await;
    assert_eq!(stage.sessions.list().len(), 3);
    let page = post(&mut browser, &stage.app, "/.samovar/sign-out", &[]).await;
    let to = page.location.unwrap().to_string();
    assert_eq!(to, format!("{}/auth/signed-out", stage.own));
    assert!(stage.sessions.list().is_empty());
    browser.get(&to).await;
    for origin in [&stage.app, &stage.other] {
        let page = open_application(&stage, &mut browser, origin).await;
        assert!(page.status == 200 && page.body.contains("You are signed out"));
    }
}

#[tokio::test]
async fn all_devices_end_when_asked_for_and_others_people_stay() {
    let stage = Stage::anywhere().await;
    let (mut desk, mut phone, mut eli) = (Browser::new(), Browser::new(), Browser::new());
    stage.sign_in(&mut desk, "ben", "/").await;
    stage.sign_in(&mut phone, "ben", "/").await;
    stage.sign_in(&mut eli, "eli", "/").await;
    post(
        &mut desk,
        &stage.own,
        "/auth/sign-out",
        &[("everywhere", "true")],
    )
    .await;
    assert_eq!(stage.sessions.list().len(), 1);
    let page = phone.get(&format!("{}/auth/sign-in", stage.own)).await;
    assert!(
        page.location
            .unwrap()
            .as_str()
            .starts_with(stage.gitea.url())
    );
}

#[tokio::test]
async fn no_link_and_no_other_site_signs_anybody_out() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    stage.sign_in(&mut browser, "ben", "/").await;
    open_application(&stage, &mut browser, &stage.app).await;
    for url in [
        format!("{}/auth/sign-out", stage.own),
        format!("{}/.samovar/sign-out", stage.app),
    ] {
        let page = browser.get(&url).await;
        assert!(
            page.status == 200 && page.body.contains("<form method=\"post\""),
            "{}",
            page.body
        );
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains(&format!("form-action 'self' {};", stage.own)),
            "{policy}"
        );
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        let headers = [("origin", "https://evil.example"), ("accept", "text/html")];
        let page = browser
            .send(Method::POST, &url, &headers, Some(String::new()))
            .await;
        assert_eq!(page.status, 403);
    }
    let page = browser.get(&format!("{}/auth/signed-out", stage.own)).await;
    assert_eq!(page.status, 303, "a person who is signed in sees no change");
    assert_eq!(stage.sessions.list().len(), 2);
}

#[tokio::test]
async fn signing_out_twice_is_no_error() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    for _ in 0..2 {
        let page = post(&mut browser, &stage.own, "/auth/sign-out", &[]).await;
        assert_eq!(page.status, 303);
    }
    assert!(stage.events(Action::SessionEnd).is_empty());
}

#[tokio::test]
async fn break_glass_is_off_by_default_and_every_try_is_recorded() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    let page = browser
        .get(&format!("{}/auth/break-glass", stage.own))
        .await;
    assert!(
        page.status == 403 && page.body.contains("samovar break-glass set"),
        "{}",
        page.body
    );
    let mut event = stage_event(&stage).await;
    event.action = Action::ServerStart;
    let password = "correct horse battery";
    stage.break_glass.set(password.into(), event).await.unwrap();
    let page = browser
        .get(&format!("{}/auth/break-glass", stage.own))
        .await;
    assert!(
        page.status == 200 && page.body.contains("type=\"password\""),
        "{}",
        page.body
    );
    let wrong = post(
        &mut browser,
        &stage.own,
        "/auth/break-glass",
        &[("password", "<b>wrong</b>")],
    )
    .await;
    assert!(wrong.status == 403 && wrong.body.contains("This is not the break-glass password"));
    assert_eq!(stage.sign_ins()[0].0, Outcome::Denied);
    let right = post(
        &mut browser,
        &stage.own,
        "/auth/break-glass",
        &[("password", password)],
    )
    .await;
    assert_eq!(right.headers["location"], "/", "{}", right.body);
    let sessions = stage.sessions.list();
    assert!(
        sessions
            .iter()
            .any(|session| session.principal == Principal::LocalOperator)
    );
    assert_eq!(stage.sign_ins()[0].1, "break-glass password");
}

#[tokio::test]
async fn wrong_passwords_of_one_network_lock_out_no_other() {
    let stage = Stage::new().await;
    let mut event = stage_event(&stage).await;
    event.action = Action::ServerStart;
    let password = "correct horse battery";
    stage.break_glass.set(password.into(), event).await.unwrap();
    let sign_in = async |address: &str, password: &str| {
        let visitor = BrowserRequest {
            origin: crate::sign_in::stage::origin(Some(address)),
            session: None,
            browser: None,
            signed_out: false,
            flows: FlowCookies::default(),
        };
        let next = stage.sign_in.break_glass(&visitor, password.into()).await;
        next.map(|_| ()).map_err(|error| error.to_string())
    };
    for _ in 0..10 {
        let refused = sign_in("198.51.100.7", "a wrong one").await.unwrap_err();
        assert!(
            refused.contains("not the break-glass password"),
            "{refused}"
        );
    }
    let refused = sign_in("198.51.100.7", password).await.unwrap_err();
    assert!(
        refused.contains("wait 30 seconds") || refused.contains("wait 31"),
        "{refused}"
    );
    sign_in("203.0.113.1", password).await.unwrap();
    stage.clock.turn(30);
    sign_in("198.51.100.7", password).await.unwrap();
    let denials = stage.events(Action::SessionCreate);
    let denied = denials
        .iter()
        .filter(|one| one.event.outcome == Outcome::Denied);
    assert_eq!(denied.count(), 1, "repeats are counted");
}

#[tokio::test]
async fn break_glass_opens_samovar_alone_and_no_application() {
    let stage = Stage::new().await;
    let mut event = stage_event(&stage).await;
    event.action = Action::ServerStart;
    let password = "correct horse battery";
    stage.break_glass.set(password.into(), event).await.unwrap();
    let mut browser = Browser::new();
    let fields = [("password", password)];
    let page = post(&mut browser, &stage.own, "/auth/break-glass", &fields).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let before = stage.sessions.list().len();
    let page = browser
        .get(&format!("{}/.samovar/sign-in", stage.app))
        .await;
    let page = browser.follow(page).await;
    assert!(
        page.status == 403 && page.location.is_none(),
        "{}",
        page.body
    );
    for part in [
        "no application",
        "sign out of Samovar",
        "sign in as a person",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert_eq!(
        stage.sessions.list().len(),
        before,
        "none at the application"
    );
    let refused = stage.events(Action::SessionCreate).remove(0).event;
    assert_eq!(refused.actor, Principal::LocalOperator);
    assert_eq!(refused.reasons[0].as_str(), "not-for-applications");
    // The cookie of Samovar's own host opens nothing at the application's.
    let cookie = browser.cookies(jar(&stage.own))["samovar"].clone();
    browser.set_cookie(jar(&stage.app), "samovar-app", &cookie);
    let page = browser.get(&format!("{}/.samovar/whoami", stage.app)).await;
    assert_eq!(page.status, 401, "{}", page.body);
}

/// Any event: setting the password is the command line's matter.
async fn stage_event(stage: &Stage) -> samovar::audit::AuditEvent {
    stage.sign_in(&mut Browser::new(), "eli", "/").await;
    stage.events(Action::SessionCreate)[0].event.clone()
}
