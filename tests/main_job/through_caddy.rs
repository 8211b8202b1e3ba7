//! The same job through a real Caddy with its generated block.

use super::scene::{Scene, as_script};
use crate::support::browser::Browser;
use serde_json::{Value, json};

#[tokio::test]
async fn gitea_teams_decide_through_caddy_as_well() {
    let mut scene = Scene::set().await.behind_caddy().await;
    let wanted = format!("{}/deployments?page=2&x=%2Fa", scene.application);
    assert_eq!(as_script(&wanted).await.0, 401);

    let mut ben = Browser::new();
    let page = ben.visit(&wanted, &scene.gitea, "ben").await;
    assert_eq!((page.status, page.url.as_str()), (200, wanted.as_str()));
    let body: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(body["headers"]["remote-user"], json!(["ben"]));
    assert_eq!(body["headers"]["remote-groups"], json!(["acme/Deployers"]));
    let page = scene.post(&mut ben, "/deploy/acme/api").await;
    assert_eq!(page.status, 200, "{}", page.body);

    let deployers = scene.deployers;
    scene.gitea.remove_member(deployers, "ben").await;
    scene.sync().await;
    let page = scene.post(&mut ben, "/deploy/acme/api").await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.body.contains("permission_missing"), "{}", page.body);
}
