//! The hand-over to an application's host: one host, one browser, one use.

use crate::sign_in::stage::{Stage, host, jar};
use crate::support::browser::{Browser, Page, form};
use reqwest::Method;

/// The address of sign-in at an application's host.
fn sign_in_at(origin: &str, rd: &str) -> String {
    format!("{origin}/.samovar/sign-in?{}", form(&[("rd", rd)]))
}

/// From an application to Gitea and back; the page that sends the browser to the address asked for.
async fn whole_way(stage: &Stage, browser: &mut Browser, rd: &str) -> Page {
    let mut page = browser.get(&sign_in_at(&stage.app, rd)).await;
    for _ in 0..8 {
        let to = page.location.clone().expect("a redirect");
        if to.as_str().starts_with(stage.gitea.url()) {
            let back = browser.sign_in_at_gitea(to.as_str(), "ben").await;
            page = browser.get(&back).await;
        } else if to.path().starts_with("/.samovar/") || to.path().starts_with("/auth/") {
            page = browser.get(to.as_str()).await;
        } else {
            return page;
        }
    }
    panic!("no end: {:#?}", browser.steps);
}

async fn who(browser: &mut Browser, origin: &str) -> (u16, String) {
    let url = format!("{origin}/.samovar/whoami");
    let headers = [("accept", "application/json")];
    let page = browser.send(Method::GET, &url, &headers, None).await;
    (page.status, page.body)
}

#[tokio::test]
async fn an_application_sends_to_gitea_and_gets_the_person_back_at_the_very_address() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    assert_eq!(who(&mut browser, &stage.app).await.0, 401);
    let rd = format!("{}/deploy//x%2Fy?a=%26+b&c=\\", stage.app);
    let page = whole_way(&stage, &mut browser, &rd).await;
    assert_eq!(page.headers["location"].to_str().unwrap(), rd);
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("samovar-app=") && !cookie.contains("Domain"),
        "{cookie}"
    );
    let (status, body) = who(&mut browser, &stage.app).await;
    assert!(
        status == 200 && body.contains("\"login\":\"ben\""),
        "{body}"
    );
    // Nothing of what opened the session stays in an address that leads on.
    assert!(!page.headers["location"].to_str().unwrap().contains("code="));
    // The parent's cookie is not here, and the child's is none at Samovar.
    assert!(!browser.cookies(jar(&stage.app)).contains_key("samovar"));
    let child = browser.cookies(jar(&stage.app))["samovar-app"].clone();
    browser.set_cookie(jar(&stage.own), "samovar", &child);
    let page = browser.get(&format!("{}/auth/sign-in", stage.own)).await;
    assert!(
        page.location
            .unwrap()
            .as_str()
            .starts_with(stage.gitea.url())
    );
}

#[tokio::test]
async fn a_second_application_needs_no_visit_to_gitea() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    whole_way(&stage, &mut browser, &format!("{}/", stage.app)).await;
    let rd = format!("{}/x", stage.other);
    browser.steps.clear();
    let page = browser.get(&sign_in_at(&stage.other, &rd)).await;
    let page = browser.get(page.location.unwrap().as_str()).await;
    let page = browser.get(page.location.unwrap().as_str()).await;
    assert_eq!(page.headers["location"].to_str().unwrap(), rd);
    assert!(
        browser
            .steps
            .iter()
            .all(|step| !step.url.starts_with(stage.gitea.url()))
    );
    assert_eq!(who(&mut browser, &stage.other).await.0, 200);
    // The cookie of one application gives no access to the other.
    let cookie = browser.cookies(jar(&stage.app))["samovar-app"].clone();
    let mut thief = Browser::new();
    thief.set_cookie(jar(&stage.other), "samovar-app", &cookie);
    assert_eq!(who(&mut thief, &stage.other).await.0, 401);
}

/// A code that is out, as an address at the application's host.
async fn code(stage: &Stage, browser: &mut Browser) -> String {
    if !browser.cookies(jar(&stage.own)).contains_key("samovar") {
        stage.sign_in(browser, "ben", "/").await;
    }
    browser.forget(jar(&stage.app));
    let page = browser
        .get(&sign_in_at(&stage.app, &format!("{}/x", stage.app)))
        .await;
    let page = browser.get(page.location.unwrap().as_str()).await;
    let to = page.location.unwrap().to_string();
    assert!(
        to.starts_with(&format!("{}/.samovar/callback?code=", stage.app)),
        "{to}"
    );
    to
}

#[tokio::test]
async fn a_code_works_once_in_its_browser_at_its_host_and_soon() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    let to = code(&stage, &mut browser).await;
    assert_eq!(browser.get(&to).await.status, 303);
    // Opened twice in the same tab: signed in, so it goes on.
    let again = browser.get(&to).await;
    assert_eq!(
        again.headers["location"].to_str().unwrap(),
        format!("{}/", stage.app)
    );
    browser.forget(jar(&stage.app));
    let late = browser.get(&to).await;
    assert!(
        late.status == 400 && late.body.contains("used already"),
        "{}",
        late.body
    );

    let stolen = code(&stage, &mut browser).await;
    let page = Browser::new().get(&stolen).await;
    assert!(
        page.status == 400 && page.body.contains("started in another browser"),
        "{}",
        page.body
    );
    assert_eq!(
        browser.get(&stolen).await.status,
        400,
        "a stolen code is burnt"
    );

    let other = code(&stage, &mut browser).await;
    let at_other = other.replace(host(&stage.app), host(&stage.other));
    assert_eq!(browser.get(&at_other).await.status, 400);

    let old = code(&stage, &mut browser).await;
    stage.clock.turn(61);
    assert_eq!(browser.get(&old).await.status, 400);
}

#[tokio::test]
async fn nobody_is_handed_over_to_a_host_that_is_no_applications() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    stage.sign_in(&mut browser, "ben", "/").await;
    for rd in [
        "https://evil.example/",
        &format!("{}/x", stage.other),
        "/relative",
        &stage.own,
    ] {
        let page = browser.get(&sign_in_at(&stage.app, rd)).await;
        assert!(
            page.status == 400 && page.location.is_none(),
            "{rd}: {}",
            page.body
        );
    }
    let key = "A".repeat(43);
    for (key, rd) in [
        (key.as_str(), "https://evil.example/"),
        (key.as_str(), "/"),
        ("x", &format!("{}/", stage.app)),
    ] {
        let query = form(&[("browser", key), ("rd", rd)]);
        let page = browser
            .get(&format!("{}/auth/hand-over?{query}", stage.own))
            .await;
        assert!(
            page.status == 400 && page.location.is_none(),
            "{rd}: {}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_fetch_in_the_background_is_not_handed_over() {
    let stage = Stage::new().await;
    let url = sign_in_at(&stage.app, &format!("{}/", stage.app));
    let page = Browser::new()
        .send(Method::GET, &url, &[("accept", "*/*")], None)
        .await;
    assert_eq!(page.status, 401);
    assert!(
        page.headers["content-type"]
            .to_str()
            .unwrap()
            .contains("problem+json")
    );
}
