//! Ids, not names; disabled accounts; signing out.

use super::scene::{Scene, as_script};
use crate::support::browser::Browser;

/// Asks until the answer has this status: what changes in Gitea is known within the bound and one read.
async fn until(scene: &Scene, browser: &mut crate::support::browser::Browser, status: u16) {
    while scene.status(browser, "/deployments").await != status {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_renamed_team_keeps_its_rights_and_a_new_one_of_its_name_has_none() {
    let mut scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    let mut dan = scene.browser_of("dan").await;
    scene.gitea.rename_team(scene.deployers, "Shippers").await;
    let units = [("repo.code", "write")];
    let impostors = scene.gitea.team("acme", "Deployers", &units).await;
    scene.gitea.add_member(impostors, "dan").await;
    scene.sync().await;
    assert_eq!(scene.status(&mut ben, "/deployments").await, 200);
    assert_eq!(scene.status(&mut dan, "/deployments").await, 403);
}

#[tokio::test]
async fn a_deleted_team_that_is_made_again_gives_nothing() {
    let mut scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    scene.gitea.delete_team(scene.deployers).await;
    let units = [("repo.code", "write")];
    let again = scene.gitea.team("acme", "Deployers", &units).await;
    scene.gitea.add_member(again, "ben").await;
    scene.sync().await;
    assert_eq!(scene.status(&mut ben, "/deployments").await, 403);
    let bindings = scene.ada.get("/role-bindings").await;
    let gone = bindings["items"].as_array().unwrap().iter();
    let gone = gone.filter(|binding| binding["subject_gone"] == true);
    assert_eq!(gone.count(), 1, "the binding is kept and marked");
}

#[tokio::test]
async fn a_disabled_account_is_signed_out_within_the_bound() {
    let scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    assert_eq!(scene.status(&mut ben, "/deployments").await, 200);
    scene.gitea.disable_user("ben").await;
    while scene.status(&mut ben, "/deployments").await == 200 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// Login, id and roles that the application gets on its public route.
async fn identity(scene: &Scene, browser: &mut Browser) -> [String; 3] {
    let page = scene.get(browser, "/health").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let seen: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    let names = ["remote-user", "remote-user-id", "remote-roles"];
    names.map(|name| {
        seen["headers"][name][0]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    })
}

#[tokio::test]
async fn disabled_account_is_anonymous_on_public_routes_too() {
    let mut scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    let [login, id, roles] = identity(&scene, &mut ben).await;
    assert_eq!((login.as_str(), roles.as_str()), ("ben", "deployer"));
    assert!(!id.is_empty());
    assert_eq!(scene.status(&mut ben, "/.samovar/whoami").await, 200);
    scene.gitea.disable_user("ben").await;
    scene.sync().await;
    assert_eq!(identity(&scene, &mut ben).await, [""; 3]);
    assert_eq!(scene.status(&mut ben, "/.samovar/whoami").await, 401);
    let refused = scene.get(&mut ben, "/deployments").await;
    assert!(
        refused.body.contains("principal_disabled"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn when_gitea_takes_the_last_administrator_the_next_can_claim() {
    let mut scene = Scene::set().await;
    let ready = format!("{}/readyz", scene.samovar.url());
    let before = as_script(&ready).await.2;
    assert_eq!(before["states"]["administrator"], "ok", "{before}");
    scene.gitea.promote_user("dan").await;
    scene.sync().await;
    let mut dan = scene.samovar.sign_in(&scene.gitea, "dan").await;
    let me = dan.get("/me").await;
    assert_eq!(me["administrators"], "lasting");
    assert_eq!(me["may_claim_administrator"], false);
    scene.gitea.disable_user("ada").await;
    let me = loop {
        // Gitea is asked about an account that is active: a request of hers makes it so.
        scene.ada.api("GET", "/me", None).await;
        let me = dan.get("/me").await;
        if me["administrators"] == "none" {
            break me;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert_eq!(me["may_claim_administrator"], true);
    let (code, _, after) = as_script(&ready).await;
    let said = after["states"]["administrator"].as_str().unwrap();
    assert!(
        code == 200 && said.contains("samovar claim-code"),
        "{after}"
    );
    let file = scene.samovar.state_folder().join("claim-code");
    while !std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')) {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let code = scene.samovar.claim_code();
    let body = serde_json::json!({"code": code});
    dan.must("POST", "/administrator/claim", &body).await;
    assert_eq!(dan.get("/me").await["administrators"], "lasting");
    assert!(!file.exists());
}

#[tokio::test]
async fn a_route_that_asks_for_repository_access_asks_gitea() {
    let scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    let allowed = scene.post(&mut ben, "/deploy/acme/api").await;
    assert_eq!(allowed.status, 200, "{}", allowed.body);
    let refused = scene.post(&mut ben, "/deploy/acme/nothing").await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body.contains("repository_access_missing"));
}

#[tokio::test]
async fn sessions_outlive_a_restart() {
    let mut scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    scene.samovar = scene.samovar.restart().await;
    until(&scene, &mut ben, 200).await;
}

#[tokio::test]
async fn signing_out_at_the_application_stays_signed_out() {
    let scene = Scene::set().await;
    let mut ben = scene.browser_of("ben").await;
    let page = scene.post(&mut ben, "/.samovar/sign-out").await;
    let page = ben.follow(page).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let page = scene.get(&mut ben, "/deployments").await;
    assert_eq!(page.status, 303, "{}", page.body);
    let page = ben.follow(page).await;
    assert!(
        page.url.as_str().starts_with(scene.samovar.url()),
        "{}",
        page.url
    );
    assert_eq!(
        page.status, 200,
        "a page with a button, and no silent way back in"
    );
}
