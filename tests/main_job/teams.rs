//! Gitea teams decide who reaches the application.

use super::scene::{Scene, as_script};
use crate::support::browser::Browser;
use serde_json::{Value, json};

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[tokio::test]
async fn an_anonymous_browser_signs_in_at_gitea_and_comes_back_to_the_page_it_wanted() {
    let scene = Scene::set().await;
    let url = format!("{}/deployments?page=2&x=%2Fa", scene.application);
    let mut browser = Browser::new();
    let page = browser.visit(&url, &scene.gitea, "cleo").await;
    assert_eq!((page.status, page.url.as_str()), (200, url.as_str()));
    assert_eq!(json_of(&page.body)["target"], "/deployments?page=2&x=%2Fa");
}

#[tokio::test]
async fn a_script_without_credentials_gets_401_and_a_problem_document() {
    let scene = Scene::set().await;
    let url = format!("{}/deployments", scene.application);
    let (status, kind, problem) = as_script(&url).await;
    assert_eq!((status, kind.as_str()), (401, "application/problem+json"));
    assert_eq!(problem["code"], "credentials_missing");
}

#[tokio::test]
async fn a_member_gets_in_and_the_application_learns_who_it_is() {
    let scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    let page = scene.post(&mut ben, "/deploy/acme/api").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let headers = &json_of(&page.body)["headers"];
    assert_eq!(headers["remote-user"], json!(["ben"]));
    assert_eq!(headers["remote-email"], json!(["ben@acme.test"]));
    assert_eq!(headers["remote-groups"], json!(["acme/Deployers"]));
    assert_eq!(headers["remote-roles"], json!(["deployer"]));
    // ben has no full name: nginx sends no empty header on, and nothing of the client's either
    assert_eq!(headers["remote-name"], Value::Null);
    let id = headers["remote-user-id"][0].as_str().unwrap();
    assert!(!id.is_empty());
}

#[tokio::test]
async fn a_person_without_the_permission_gets_403_that_names_it_and_the_route() {
    let scene = Scene::set().await;
    let mut cleo = scene.browser_of("cleo").await;
    let page = scene.post(&mut cleo, "/deploy/acme/api").await;
    assert_eq!(page.status, 403, "{}", page.body);
    let problem = json_of(&page.body);
    assert_eq!(problem["code"], "permission_missing");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("deployments:write"), "{detail}");
    assert!(detail.contains("/deploy/{owner}/{repo}"), "{detail}");
}

#[tokio::test]
async fn losing_the_team_ends_access_of_a_live_session_within_the_bound() {
    let scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    assert_eq!(scene.get(&mut ben, "/deployments").await.status, 200);
    scene.gitea.remove_member(scene.deployers, "ben").await;
    // ends by itself after the bound of five seconds and one read; a hang would be the failure
    while scene.get(&mut ben, "/deployments").await.status != 403 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn sync_now_applies_losing_and_gaining_a_team_at_once() {
    let mut scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    let mut dan = scene.browser_of("dan").await;
    assert_eq!(scene.get(&mut dan, "/deployments").await.status, 403);
    scene.gitea.remove_member(scene.deployers, "ben").await;
    scene.gitea.add_member(scene.readers, "dan").await;
    scene.sync().await;
    assert_eq!(scene.get(&mut ben, "/deployments").await.status, 403);
    assert_eq!(scene.get(&mut dan, "/deployments").await.status, 200);
}

#[tokio::test]
async fn each_of_these_left_an_audit_event() {
    let mut scene = Scene::set().await;
    let mut cleo = scene.browser_of("cleo").await;
    assert_eq!(scene.get(&mut cleo, "/deployments").await.status, 200);
    assert_eq!(scene.post(&mut cleo, "/deploy/acme/api").await.status, 403);
    let events = scene.ada.get("/audit-events?limit=100").await;
    let events = events["items"].as_array().unwrap();
    let of_cleo = |outcome: &str| {
        events.iter().any(|event| {
            event["actor"]["login"] == "cleo"
                && event["outcome"] == outcome
                && !event["application"].is_null()
                && !event["address"].is_null()
        })
    };
    assert!(of_cleo("allowed"), "{events:#?}");
    assert!(of_cleo("denied"), "{events:#?}");
}
