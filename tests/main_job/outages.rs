//! Gitea is unavailable: within the grace access continues, after it every request is denied and nothing is lost.

use super::scene::Scene;

#[tokio::test]
async fn within_the_grace_access_goes_on() {
    let mut scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    scene.gitea.go_away().await;
    while scene.ada.get("/mirror").await["away_since"].is_null() {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(scene.status(&mut ben, "/deployments").await, 200);
}

#[tokio::test]
async fn beyond_the_grace_the_answer_is_503_until_gitea_is_back() {
    let mut scene = Scene::set_with("grace = '5s'\n").await;
    let mut ben = scene.browser_of("ben").await;
    scene.gitea.go_away().await;
    let url = format!("{}/deployments", scene.application);
    let headers = [("accept", "application/json")];
    let stale = loop {
        let page = ben.send(http::Method::GET, &url, &headers, None).await;
        if page.status != 200 {
            break page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert_eq!(stale.status, 503, "{}", stale.body);
    assert!(stale.body.contains("membership_stale"), "{}", stale.body);
    scene.gitea.come_back().await;
    while scene.status(&mut ben, "/deployments").await != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    // The event names the person, whose session is valid, although the facts about the person were too old.
    let query = "/audit-events?action=request.decide&outcome=denied";
    let events = scene.ada.get(query).await;
    let mut events = events["items"].as_array().unwrap().iter();
    let stale = events.find(|event| event["reasons"][0] == "membership_stale");
    assert_eq!(stale.unwrap()["actor"]["kind"], "user");
}
