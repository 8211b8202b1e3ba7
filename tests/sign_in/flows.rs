//! From Samovar to Gitea and back: what goes on, what is refused, and what a person is told.

use crate::sign_in::stage::{Stage, jar};
use crate::support::browser::{Browser, Page};
use crate::support::gitea::errors::{At, Error};
use samovar::audit::Outcome;

/// A page that says so, with a way to try again, and no session.
#[track_caller]
fn refused(page: &Page, status: u16, says: &str) {
    assert_eq!(page.status, status, "{}", page.body);
    assert!(page.body.contains(says), "{}", page.body);
    assert!(page.body.contains(">Try again</a>"), "{}", page.body);
    assert!(
        page.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(
        !page
            .headers
            .get_all("set-cookie")
            .iter()
            .any(|c| c.to_str().unwrap().starts_with("samovar="))
    );
}

fn landed(page: &Page, place: &str) {
    assert_eq!(page.status, 303, "{}", page.body);
    assert_eq!(page.headers["location"], place);
}

#[tokio::test]
async fn a_person_comes_back_to_the_address_asked_for_byte_for_byte() {
    let stage = Stage::anywhere().await;
    let app = format!("{}/a//b%2Fc?x=%C3%A4+&y=\\@#z", stage.app);
    for place in ["/", "/roles?x=%20&y=a\\b", &app] {
        let mut browser = Browser::new();
        let page = stage.sign_in(&mut browser, "ben", place).await;
        landed(&page, place);
        let cookie = page.headers.get_all("set-cookie").iter().next().unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.starts_with("samovar=") && cookie.ends_with("; Max-Age=604800"),
            "{cookie}"
        );
        assert!(
            cookie.contains("; Path=/; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        assert_eq!(
            stage.sign_ins()[0],
            (Outcome::Allowed, String::new(), "ben".to_owned())
        );
        // Signed in already: there is nothing to do.
        let query = crate::support::browser::form(&[("return_to", place)]);
        let again = browser
            .get(&format!("{}/auth/sign-in?{query}", stage.own))
            .await;
        landed(&again, place);
    }
    assert_eq!(stage.sessions.list().len(), 3);
}

#[tokio::test]
async fn the_way_there_carries_the_scopes_of_the_first_day_and_a_challenge() {
    let stage = Stage::anywhere().await;
    let to = stage.begin(&mut Browser::new(), "/").await;
    let scope = "scope=openid+profile+email+groups+read%3Auser+read%3Aorganization";
    for part in [
        scope,
        "code_challenge_method=S256",
        "state=",
        "nonce=",
        "response_type=code",
    ] {
        assert!(to.contains(part), "{part}: {to}");
    }
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_began_and_once() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    let to = stage.begin(&mut browser, "/roles").await;
    let back = browser.sign_in_at_gitea(&to, "ben").await;
    let mut foreign = Browser::new();
    refused(&foreign.get(&back).await, 400, "started in another browser");
    assert_eq!(stage.sign_ins()[0].0, Outcome::Denied);
    stage.begin(&mut foreign, "/").await;
    refused(&foreign.get(&back).await, 400, "started in another browser");
    landed(&browser.get(&back).await, "/roles");
    browser.set_cookie(jar(&stage.own), "samovar", "");
    refused(&browser.get(&back).await, 400, "expired, was used already");
}

#[tokio::test]
async fn what_is_no_whole_answer_is_refused() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    for query in [
        "",
        "?code=x",
        "?state=x&code=x",
        "?state=",
        &format!("?state={}&code=x", "A".repeat(43)),
    ] {
        let page = browser
            .get(&format!("{}/auth/callback/gitea{query}", stage.own))
            .await;
        assert_eq!(page.status, 400, "{query}");
    }
    let to = stage.begin(&mut browser, "/").await;
    let back = browser.sign_in_at_gitea(&to, "ben").await;
    let page = browser.get(&format!("{back}&state=x")).await;
    assert!(
        page.status == 400 && page.body.contains("is repeated"),
        "{}",
        page.body
    );
    let page = browser.get(&back.replace("/gitea?", "/keycloak?")).await;
    refused(&page, 400, "expired, was used already");
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn a_code_of_another_person_opens_nothing_in_my_browser() {
    let stage = Stage::anywhere().await;
    let (mut mine, mut theirs) = (Browser::new(), Browser::new());
    let to = stage.begin(&mut theirs, "/").await;
    let stolen = theirs.sign_in_at_gitea(&to, "eli").await;
    let to = stage.begin(&mut mine, "/").await;
    let back = mine.sign_in_at_gitea(&to, "ben").await;
    let part = |url: &str, name: &str| {
        let url = url::Url::parse(url).unwrap();
        let pair = url.query_pairs().find(|(key, _)| key == name);
        pair.unwrap().1.into_owned()
    };
    let mixed = back.replace(&part(&back, "code"), &part(&stolen, "code"));
    refused(&mine.get(&mixed).await, 400, "did not accept the sign-in");
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn the_nonce_of_another_sign_in_is_answered_by_try_again() {
    let stage = Stage::anywhere().await;
    let (mut first, mut second) = (Browser::new(), Browser::new());
    let to = stage.begin(&mut first, "/roles").await;
    let back = first.sign_in_at_gitea(&to, "ben").await;
    let to_two = stage.begin(&mut second, "/").await;
    let back_two = second.sign_in_at_gitea(&to_two, "ben").await;
    let page = first.get(&back).await;
    refused(&page, 400, "Another sign-in of yours replaced this one");
    assert!(
        page.body
            .contains("href=\"/auth/sign-in?return_to=/roles\""),
        "{}",
        page.body
    );
    landed(&second.get(&back_two).await, "/");
    landed(&stage.sign_in(&mut first, "ben", "/roles").await, "/roles");
}

#[tokio::test]
async fn tabs_of_one_browser_sign_in_side_by_side_and_the_late_one_goes_on() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    let mut backs = Vec::new();
    for n in 0..5 {
        let to = stage.begin(&mut browser, &format!("/tab-{n}")).await;
        backs.push(browser.sign_in_at_gitea(&to, "ben").await);
    }
    backs.reverse();
    for (n, back) in backs.iter().enumerate() {
        landed(&browser.get(back).await, &format!("/tab-{}", 4 - n));
    }
    landed(&browser.get(&backs[0]).await, "/");
    assert_eq!(stage.sessions.list().len(), 1);
}

#[tokio::test]
async fn a_planted_session_cookie_is_worth_nothing_before_and_after() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    let planted = "A".repeat(43);
    browser.set_cookie(jar(&stage.own), "samovar", &planted);
    stage.sign_in(&mut browser, "ben", "/").await;
    let now = browser.cookies(jar(&stage.own))["samovar"].clone();
    assert_ne!(now, planted);
    assert!(stage.sessions.find(&planted.parse().unwrap()).is_err());
    assert!(stage.sessions.find(&now.parse().unwrap()).is_ok());
}

#[tokio::test]
async fn a_fetch_in_the_background_begins_nothing() {
    let stage = Stage::new().await;
    let url = format!("{}/auth/sign-in", stage.own);
    let ways: [&[(&str, &str)]; 3] = [
        &[("accept", "application/json")],
        &[("accept", "text/html"), ("sec-fetch-mode", "cors")],
        &[("accept", "text/html"), ("sec-purpose", "prefetch")],
    ];
    for headers in ways {
        let page = Browser::new()
            .send(reqwest::Method::GET, &url, headers, None)
            .await;
        assert_eq!(page.status, 401, "{headers:?}");
        assert!(
            page.body.contains("credentials_missing") && !page.headers.contains_key("set-cookie")
        );
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let stage = Stage::new().await;
    for place in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
    ] {
        let query = crate::support::browser::form(&[("return_to", place)]);
        let page = Browser::new()
            .get(&format!("{}/auth/sign-in?{query}", stage.own))
            .await;
        assert_eq!(page.status, 400, "{place}");
        assert!(
            page.location.is_none() && page.body.contains("is not one of Samovar"),
            "{place}"
        );
    }
}

#[tokio::test]
async fn a_disabled_person_is_refused_with_a_sentence_and_an_event() {
    let stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    let to = stage.begin(&mut browser, "/").await;
    let back = browser.sign_in_at_gitea(&to, "ben").await;
    stage.gitea.disable_user("ben").await;
    let page = browser.get(&back).await;
    refused(
        &page,
        400,
        "does not confirm the account; it may be disabled there; ask",
    );
    assert_eq!(stage.sign_ins()[0].0, Outcome::Denied);
}

#[tokio::test]
async fn a_person_disabled_while_signing_in_is_refused_by_name() {
    let stage = Stage::new().await;
    // Disabled after the provider has confirmed: the mirror's own look refuses.
    let mut browser = Browser::new();
    let to = stage.begin(&mut browser, "/").await;
    let back = browser.sign_in_at_gitea(&to, "ben").await;
    let hold = stage
        .stand_in()
        .errors()
        .hold_answer(At::path("/login/oauth/userinfo"));
    let (page, ()) = tokio::join!(browser.get(&back), async {
        hold.reached().await;
        stage.gitea.disable_user("ben").await;
        hold.release();
    });
    refused(&page, 403, "The account is disabled in Gitea or gone");
    let (outcome, reason, login) = stage.sign_ins()[0].clone();
    assert_eq!((outcome, login.as_str()), (Outcome::Denied, "ben"));
    assert!(reason.contains("disabled"), "{reason}");
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn a_sign_in_that_gitea_cannot_describe_does_not_hold() {
    let stage = Stage::new().await;
    stage
        .stand_in()
        .errors()
        .plant(At::api(), Error::Status(500));
    let page = stage.sign_in(&mut Browser::new(), "ben", "/").await;
    refused(&page, 503, "Gitea did not return the account");
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn anonymous_denials_are_counted_and_a_flood_stays_small() {
    let stage = Stage::new().await;
    let mut browser = Browser::new();
    for _ in 0..20 {
        let to = url::Url::parse(&stage.begin(&mut browser, "/").await).unwrap();
        let sent = to
            .query_pairs()
            .find(|(key, _)| key == "state")
            .unwrap()
            .1
            .into_owned();
        let back = format!(
            "{}/auth/callback/gitea?error=access_denied&state={sent}",
            stage.own
        );
        refused(&browser.get(&back).await, 400, "declined at the provider");
    }
    assert_eq!(stage.sign_ins().len(), 1);
    stage.clock.turn(61);
    stage.journal.close_windows().await.unwrap();
    let events = stage.events(samovar::audit::Action::SessionCreate);
    assert_eq!(events[0].event.repeats.unwrap().count, 19);
}

#[tokio::test]
async fn a_new_account_becomes_a_person_by_its_number() {
    let stage = Stage::anywhere().await;
    let number = stage.gitea.user("new-one").await;
    let page = stage.sign_in(&mut Browser::new(), "new-one", "/").await;
    landed(&page, "/");
    let snapshot = stage.store.load().unwrap();
    let person = snapshot
        .users
        .iter()
        .find(|user| user.gitea.is_some_and(|id| id.get() == number));
    let identity = &person.unwrap().identities[0];
    assert_eq!(
        (identity.provider.as_str(), identity.subject.as_str()),
        ("gitea", number.to_string().as_str())
    );
}
