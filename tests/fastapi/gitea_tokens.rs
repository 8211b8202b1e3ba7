//! The example, called with tokens of Gitea, which Samovar exchanges for its own.

use crate::fastapi::stage::{Stage, code, text};
use crate::support::browser::{Browser, form, plain_client};
use reqwest::Method;
use serde_json::Value;
use url::Url;

#[tokio::test]
async fn a_personal_token_of_gitea_is_exchanged_for_what_its_owner_may_do() {
    let mut stage = Stage::set().await;
    for (login, status, answer) in [
        ("ben", 201, "none"),
        ("cleo", 403, "scope_insufficient"),
        ("dan", 403, "scope_insufficient"),
    ] {
        let token = stage.gitea.token(login, "api", &["read:user"]).await;
        for scheme in ["token", "Bearer"] {
            let credential = format!("{scheme} {token}");
            let path = "/deployments/api";
            let answered = stage.call(Method::POST, path, &credential).await;
            assert_eq!(code(&answered), (status, answer), "{login} {}", answered.1);
        }
    }
    let nobodys = "token 0123456789abcdef0123456789abcdef01234567";
    let refused = stage.call(Method::GET, "/whoami", nobodys).await;
    assert_eq!(code(&refused), (401, "token_revoked"));
    let token = stage.gitea.token("ben", "later", &["read:user"]).await;
    stage.gitea.remove_member(stage.deployers, "ben").await;
    stage.sync().await;
    let refused = stage.get("/deployments", &token).await;
    assert_eq!(code(&refused), (403, "scope_insufficient"));
}

#[tokio::test]
async fn an_oauth_token_of_a_listed_application_of_gitea_is_exchanged_too() {
    let mut stage = Stage::set().await;
    let (client, token) = oauth_token(&stage, "ben").await;
    let refused = stage.get("/whoami", &token).await;
    assert_eq!(code(&refused), (401, "token_type_wrong"));
    stage.take_tokens_of(&client).await;
    stage.start_example().await;
    let (status, who) = stage.get("/whoami", &token).await;
    assert_eq!((status, who["name"].as_str()), (200, Some("ben")), "{who}");
    assert_eq!(stage.post("/deployments/api", &token).await.0, 201);
}

/// The client id of an application of ada's, and the token response that it gets for a person who allows it.
async fn oauth_token(stage: &Stage, login: &str) -> (String, String) {
    let redirect = "http://127.0.0.9/callback";
    let (id, secret) = stage.gitea.application("ada", redirect).await;
    let asked = form(&[
        ("client_id", &id),
        ("redirect_uri", redirect),
        ("response_type", "code"),
        ("state", "x"),
    ]);
    let base = format!("{}/login/oauth", stage.gitea.url());
    let url = format!("{base}/authorize?{asked}");
    let back = Browser::new().sign_in_at_gitea(&url, login).await;
    let back = Url::parse(&back).unwrap();
    let mut pairs = back.query_pairs();
    let (_, code) = pairs.find(|(name, _)| name == "code").unwrap();
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", &id),
        ("client_secret", &secret),
        ("redirect_uri", redirect),
    ]);
    let request = plain_client().post(format!("{base}/access_token"));
    let kind = "application/x-www-form-urlencoded";
    let answer = request.header("content-type", kind).body(body).send().await;
    let answer: Value = answer.unwrap().json().await.unwrap();
    let token = text(&answer, "access_token");
    (id, token)
}
