//! How far a token reaches into Gitea repositories: as far as its scope says, where its person has access.

use crate::oauth::authorize::{back, redeem, signed_in};
use crate::oauth::stage::{Answer, Stage, application};
use serde_json::json;

/// An application whose routes ask for access to the repository that the path names, and nothing else.
async fn stage() -> Stage {
    let mut stage = Stage::set().await;
    stage.gitea.repository("acme", "api", true).await;
    stage.gitea.add_repository(stage.team, "acme", "api").await;
    let path = format!("/applications/{}", stage.application);
    let version = stage.ada.get(&path).await["version"].clone();
    let route = |method: &str, level: &str| {
        json!({
            "methods": [method], "path": "/code/{owner}/{repo}",
            "requirement": {"kind": "signed-in"}, "repository": level,
        })
    };
    let routes = json!([route("GET", "read"), route("POST", "write")]);
    let mut application = application();
    application["routes"] = routes;
    let (status, answer) = stage.ada.replace(&path, &version, &application).await;
    assert_eq!(status, 200, "{answer}");
    stage
}

async fn check(stage: &Stage, method: &str, token: &str) -> Answer {
    let line = format!("Bearer {token}");
    stage
        .check_at("/code/acme/api", method, &[("authorization", &line)])
        .await
}

#[tokio::test]
async fn a_token_reaches_into_repositories_as_far_as_its_scope_says() {
    let mut stage = stage().await;
    let web = stage.client(json!({})).await;
    let (_, wide) = signed_in(&stage, &web, "ben", "gitea.repository:admin").await;
    assert_eq!(
        wide.json["scope"], "gitea.repository:write",
        "no route asks for more"
    );
    let wide = wide.token();
    assert_eq!(check(&stage, "GET", &wide).await.status, 200);
    assert_eq!(check(&stage, "POST", &wide).await.status, 200);

    let (_, narrow) = signed_in(&stage, &web, "ben", "gitea.repository:read").await;
    let narrow = narrow.token();
    assert_eq!(check(&stage, "GET", &narrow).await.status, 200);
    let refused = check(&stage, "POST", &narrow).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json["code"], "scope_insufficient");
    assert!(
        refused
            .header("www-authenticate")
            .contains("scope=\"gitea.repository:write\"")
    );

    // A scope gives no access that the person does not have.
    let (_, cleo) = signed_in(&stage, &web, "cleo", "gitea.repository:write").await;
    let refused = check(&stage, "GET", &cleo.token()).await;
    assert_eq!(refused.json["code"], "repository_access_missing");
}

#[tokio::test]
async fn a_person_is_told_how_far_a_client_would_reach_and_a_machine_reaches_into_none() {
    let mut stage = stage().await;
    let third = stage
        .client(json!({"name": "third", "first_party": false}))
        .await;
    let mut browser = stage.browser("ben").await;
    let start = crate::oauth::authorize::address(&stage, &third, &[("scope", "")]);
    let page = browser.get(&start).await;
    assert!(
        page.body.contains("gitea.repository:write"),
        "{}",
        page.body
    );
    let own = (start.as_str(), stage.samovar.url());
    let allowed = crate::oauth::authorize::answer(&mut browser, own, &page, "allow").await;
    let answer = redeem(&stage, &third, &back(&allowed)["code"], &[]).await;
    assert_eq!(answer.json["scope"], "gitea.repository:write");

    let machine = stage.machine().await;
    let asked = [
        ("audience", "deploy-api"),
        ("scope", "gitea.repository:read"),
    ];
    stage
        .credentials(&machine, &asked)
        .await
        .is_error(400, "invalid_scope");
}
