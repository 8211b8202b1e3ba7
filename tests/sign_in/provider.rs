//! A provider that answers wrongly, or with another clock: the message to the person, and that the sign-in fails.

use crate::sign_in::stage::Stage;
use crate::support::browser::Browser;
use crate::support::gitea::errors::{At, Error};
use samovar::oidc::{FlowSecrets, OidcError};

const KEYS: &str = "/login/oauth/keys";
const DISCOVERY: &str = "/.well-known/openid-configuration";

fn secrets() -> FlowSecrets {
    FlowSecrets {
        nonce: "n".repeat(43),
        verifier: "v".repeat(43),
    }
}

/// Status and text of the page after a sign-in under a fault.
async fn told(stage: &Stage) -> (u16, String) {
    let page = stage.sign_in(&mut Browser::new(), "ben", "/").await;
    assert!(stage.sessions.list().is_empty(), "{}", page.body);
    (page.status, page.body)
}

#[tokio::test]
async fn an_issuer_that_is_not_the_configured_one_is_named_beside_it() {
    let stage = Stage::new().await;
    stage
        .stand_in()
        .configure(|settings| settings.discovery_issuer = Some("https://other.example".to_owned()));
    let page = Browser::new()
        .get(&format!("{}/auth/sign-in", stage.own))
        .await;
    assert_eq!(page.status, 503, "{}", page.body);
    let gitea = stage.gitea.url();
    for part in [
        "https://other.example",
        gitea,
        "gitea.url",
        ">Try again</a>",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
}

#[tokio::test]
async fn the_issuer_with_a_last_slash_of_gitea_before_1_25_is_the_same() {
    let stage = Stage::new().await;
    let slash = format!("{}/", stage.gitea.url());
    stage.stand_in().configure(|settings| {
        settings.discovery_issuer = Some(slash.clone());
        settings.token_issuer = Some(slash.clone());
    });
    let page = stage.sign_in(&mut Browser::new(), "ben", "/").await;
    assert_eq!(page.status, 303, "{}", page.body);
}

#[tokio::test]
async fn calls_go_to_the_inner_address_while_the_published_issuer_stays_expected() {
    let stage = Stage::new().await;
    let public = "https://git.example.com".to_owned();
    stage
        .stand_in()
        .configure(|settings| settings.discovery_issuer = Some(public.clone()));
    let inner = stage.gitea.url().to_owned();
    let provider = stage.provider(|settings| {
        settings.url = "https://git.example.com".parse().unwrap();
        settings.internal_url = Some(inner.parse().unwrap());
    });
    let to = provider.authorization_url("s", &secrets()).await.unwrap();
    assert!(to.as_str().starts_with(&inner), "{to}");
    let provider = stage.provider(|settings| settings.internal_url = Some(inner.parse().unwrap()));
    let error = provider
        .authorization_url("s", &secrets())
        .await
        .unwrap_err();
    assert!(matches!(error, OidcError::IssuerMismatch { .. }), "{error}");
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    let stage = Stage::new().await;
    stage
        .stand_in()
        .configure(|settings| settings.token_issuer = Some("https://other.example".to_owned()));
    let (status, page) = told(&stage).await;
    assert!(
        status == 400 && page.contains("<code>iss</code> names another issuer"),
        "{page}"
    );
}

#[tokio::test]
async fn an_expired_token_is_refused_with_both_times() {
    let stage = Stage::new().await;
    stage
        .stand_in()
        .configure(|settings| settings.access_token_seconds = 1);
    let mut browser = Browser::new();
    let to = stage.begin(&mut browser, "/").await;
    let back = browser.sign_in_at_gitea(&to, "ben").await;
    let at = At::path("/login/oauth/access_token");
    let hold = stage.stand_in().errors().hold_answer(at);
    let (page, ()) = tokio::join!(browser.get(&back), async {
        hold.reached().await;
        stage.clock.turn(100);
        hold.release();
    });
    assert_eq!(page.status, 400, "{}", page.body);
    for part in ["not valid at this time", "expired at", "compare the clocks"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
}

#[tokio::test]
async fn clocks_may_differ_by_90_seconds_and_not_by_15_minutes() {
    let stage = Stage::new().await;
    for skew in [900, -900] {
        stage.stand_in().clock().skew(skew);
        let (status, page) = told(&stage).await;
        assert!(
            status == 400 && page.contains("compare the clocks of both servers"),
            "{page}"
        );
    }
    for skew in [90, -90] {
        stage.stand_in().clock().skew(skew);
        let page = stage.sign_in(&mut Browser::new(), "ben", "/").await;
        assert_eq!(page.status, 303, "{skew}: {}", page.body);
    }
}

#[tokio::test]
async fn a_key_that_was_changed_a_moment_ago_is_found_at_once() {
    let stage = Stage::new().await;
    for keys in 1..4 {
        let page = stage.sign_in(&mut Browser::new(), "ben", "/").await;
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(stage.stand_in().log().count("GET", KEYS), keys);
        stage.stand_in().replace_key();
    }
}

#[tokio::test]
async fn userinfo_that_is_not_about_an_active_account_refuses() {
    let stage = Stage::new().await;
    let cases = [
        (Error::Html, 400, "does not confirm the account"),
        (Error::Status(401), 400, "does not confirm the account"),
        (Error::Garbage, 503, "does not answer as an OpenID provider"),
        (Error::Null, 503, "does not answer as an OpenID provider"),
        (Error::Status(502), 503, "does not answer; try again"),
    ];
    for (error, status, says) in cases {
        stage
            .stand_in()
            .errors()
            .plant(At::path("/login/oauth/userinfo"), error.clone());
        let told = told(&stage).await;
        stage.stand_in().errors().clear();
        assert_eq!(told.0, status, "{error:?}: {}", told.1);
        assert!(told.1.contains(says), "{error:?}: {}", told.1);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_answers_anything_else_refuses() {
    let stage = Stage::new().await;
    for error in [Error::Html, Error::Garbage, Error::Null, Error::Status(502)] {
        stage
            .stand_in()
            .errors()
            .plant(At::path("/login/oauth/access_token"), error.clone());
        let (status, page) = told(&stage).await;
        stage.stand_in().errors().clear();
        assert_eq!(status, 503, "{error:?}: {page}");
    }
}

#[tokio::test]
async fn discovery_that_is_none_is_told_with_its_address() {
    let stage = Stage::new().await;
    for (error, says) in [
        (Error::Html, "no JSON object with the required members"),
        (Error::Garbage, "no JSON object with the required members"),
        (Error::NotFound, "status 404"),
        (Error::Status(503), "does not answer"),
    ] {
        stage
            .stand_in()
            .errors()
            .plant(At::path(DISCOVERY), error.clone());
        let page = Browser::new()
            .get(&format!("{}/auth/sign-in", stage.own))
            .await;
        stage.stand_in().errors().clear();
        assert_eq!(page.status, 503, "{error:?}");
        assert!(page.body.contains(says), "{error:?}: {}", page.body);
    }
}

#[tokio::test]
async fn a_gitea_that_is_away_is_said_and_signs_nobody_in() {
    let mut stage = Stage::anywhere().await;
    let mut browser = Browser::new();
    let to = stage.begin(&mut browser, "/").await;
    let back = browser.sign_in_at_gitea(&to, "ben").await;
    stage.gitea.go_away().await;
    let page = browser.get(&back).await;
    assert!(
        page.status == 503 && page.body.contains("does not answer; try again"),
        "{}",
        page.body
    );
    assert!(page.headers.contains_key("retry-after"));
    stage.gitea.come_back().await;
    assert_eq!(stage.sign_in(&mut browser, "ben", "/").await.status, 303);
}

#[tokio::test]
async fn a_wrong_client_secret_says_what_to_check() {
    let stage = Stage::anywhere().await;
    let provider = stage.provider(|settings| settings.client_secret = "wrong".into());
    let secrets = secrets();
    let to = provider.authorization_url("s", &secrets).await.unwrap();
    let back = Browser::new().sign_in_at_gitea(to.as_str(), "ben").await;
    let back = url::Url::parse(&back).unwrap();
    let code = back
        .query_pairs()
        .find(|(key, _)| key == "code")
        .unwrap()
        .1
        .into_owned();
    let answer = samovar::oidc::AuthorizationResponse { code, issuer: None };
    let error = provider.authenticate(answer, &secrets).await.unwrap_err();
    assert!(
        error.to_string().contains("check the client secret"),
        "{error}"
    );
    let answer = samovar::oidc::AuthorizationResponse {
        code: "x".to_owned(),
        issuer: Some("https://evil.example".to_owned()),
    };
    let error = provider.authenticate(answer, &secrets).await.unwrap_err();
    assert!(error.to_string().contains("another issuer"), "{error}");
}
