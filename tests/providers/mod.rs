//! A real Keycloak beside Gitea, end to end: the real binary, an application behind nginx, browsers without a screen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod scene;

use scene::Scene;
use serde_json::json;

/// Steps of one story, because one start of Keycloak costs more than all of them.
#[tokio::test]
async fn keycloak_signs_people_in_and_out_and_its_groups_give_roles_by_name() {
    let mut scene = Scene::set().await;
    the_provider_s_state_says_what_it_can_do(&mut scene).await;
    a_group_gives_a_role_by_name(&mut scene).await;
    a_gitea_account_is_known_by_source_and_external_name(&mut scene).await;
    signing_out_of_samovar_signs_out_of_keycloak_after_a_restart_too(&mut scene).await;
    signing_out_at_keycloak_ends_every_session_at_once(&mut scene).await;
}

async fn the_provider_s_state_says_what_it_can_do(scene: &mut Scene) {
    let providers = scene.ada.get("/providers").await;
    let [gitea, keycloak] = providers["items"].as_array().unwrap().as_slice() else {
        panic!("{providers}")
    };
    assert_eq!(
        (&gitea["kind"], &gitea["signs_out"]),
        (&json!("gitea"), &json!(false))
    );
    assert_eq!(keycloak["issuer"], scene.keycloak.issuer());
    for what in ["reachable", "signs_out", "tells_sign_out"] {
        assert_eq!(keycloak[what], true, "{what}: {keycloak}");
    }
    assert_eq!(keycloak["gitea_source_id"], 7);
    assert_eq!(keycloak["people"], 0);
}

async fn a_group_gives_a_role_by_name(scene: &mut Scene) {
    let (mut browser, page) = scene.visit("/deployments", "ana").await;
    assert_eq!(page.status, 403, "{}", page.body);
    let providers = scene.ada.get("/providers").await;
    let told = &providers["items"][1]["groups"];
    assert_eq!(
        (&told["found"], &told["perhaps_cut"]),
        (&json!(true), &json!(0))
    );
    let names: Vec<_> = told["names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| &g["name"])
        .collect();
    assert_eq!(
        names,
        ["/Deployers", "/acme/Owners"],
        "with their path, as the mapper says"
    );
    let binding = scene.bind("/Deployers").await;
    assert_eq!(binding["warning"], "by name: can be taken over by a rename");
    assert_eq!(binding["subject_gone"], false);
    let page = scene.get(&mut browser, "/deployments").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let sent: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    let header = |name: &str| sent["headers"][name][0].clone();
    assert_eq!(header("remote-groups"), "keycloak:/Deployers");
    assert_eq!(
        (header("remote-user"), header("remote-roles")),
        (json!("keycloak:ana"), json!("viewer"))
    );
    assert_eq!(header("remote-name"), "Ana%20Alvarez");
    assert_eq!(header("remote-email"), "ana@acme.example", "verified");
    let ana = scene.ada.get("/users?search=ana").await["items"][0].clone();
    assert_eq!(
        (&ana["provider"], ana.get("gitea_id")),
        (&json!("keycloak"), None)
    );
    let question = scene.question(&ana["id"]);
    let explained = scene
        .ada
        .must("POST", "/decisions/explain", &question)
        .await;
    assert_eq!(explained["verdict"], "allow", "{explained}");
    let unknown = json!({"role": binding["role"]["id"], "range": {"kind": "everywhere"},
        "subject": {"kind": "provider-group", "provider": "okta", "name": "x"}});
    let (status, answer) = scene
        .ada
        .api("POST", "/role-bindings", Some(&unknown))
        .await;
    assert_eq!(status, 400, "{answer}");
}

async fn a_gitea_account_is_known_by_source_and_external_name(scene: &mut Scene) {
    let me = scene.me("grace").await;
    assert_eq!(
        (&me["user"]["login"], me["user"].get("provider")),
        (&json!("ben"), None)
    );
    assert!(me["user"]["gitea_id"].is_number(), "{me}");
    assert_eq!(me["user"]["groups"], json!([]), "Gitea's teams count");
    assert_eq!(me["session"]["provider"], "keycloak");
    assert_eq!(me["user"]["email"], "ben@acme.test", "Gitea's own address");
    let me = scene.me("ana").await;
    assert_eq!(me["user"].get("gitea_id"), None, "{me}");
    assert_eq!(me["user"]["groups"], json!(["/Deployers", "/acme/Owners"]));
}

async fn signing_out_of_samovar_signs_out_of_keycloak_after_a_restart_too(scene: &mut Scene) {
    let (mut browser, page) = scene.visit("/deployments", "ana").await;
    assert_eq!(page.status, 200, "{}", page.body);
    scene.samovar.go_away().await;
    scene.samovar.come_back().await;
    let url = format!("{}/auth/sign-out", scene.samovar.url());
    let origin = scene.samovar.url().to_owned();
    let headers = [
        ("origin", origin.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let page = browser
        .send(http::Method::POST, &url, &headers, Some(String::new()))
        .await;
    let refresh = page.headers["refresh"].to_str().unwrap();
    let there = browser.get(refresh.strip_prefix("0; url=").unwrap()).await;
    let back = there
        .location
        .unwrap_or_else(|| panic!("Keycloak asks: {}", there.body));
    assert_eq!(
        back.as_str(),
        format!("{}/auth/signed-out", scene.samovar.url())
    );
    let page = scene.get(&mut browser, "/deployments").await;
    assert_ne!(page.status, 200, "the application's session ended as well");
    let page = scene.to_keycloak(&mut browser, "/deployments").await;
    assert!(
        page.body.contains("kc-form-login"),
        "Keycloak asks for the password again"
    );
}

async fn signing_out_at_keycloak_ends_every_session_at_once(scene: &mut Scene) {
    let (mut browser, page) = scene.visit("/deployments", "ana").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let client = scene.client().await;
    let token = scene.token(&mut browser, &client).await;
    let (status, answer) = scene.as_program(&token).await;
    assert_eq!(status, 200, "{answer}");
    scene.keycloak.log_out("ana").await;
    let (status, answer) = scene.as_program(&token).await;
    assert_eq!(
        (status, &answer["code"]),
        (401, &json!("session_ended")),
        "{answer}"
    );
    let page = scene.get(&mut browser, "/deployments").await;
    assert!(
        page.location.is_some(),
        "{} {}",
        page.body,
        scene.keycloak.output()
    );
    let page = browser
        .get(&format!("{}/api/v1/me", scene.samovar.url()))
        .await;
    assert_eq!(page.status, 401, "{}", page.body);
    let events = scene.ada.get("/audit-events?action=session.end").await;
    let job = &events["items"][0]["actor"]["job"];
    assert_eq!(job, "back-channel-logout", "{events}");
    let ana = scene.ada.get("/users?search=ana").await["items"][0]["id"].clone();
    let question = scene.question(&ana);
    let explained = scene
        .ada
        .must("POST", "/decisions/explain", &question)
        .await;
    assert_eq!(
        explained["verdict"], "deny",
        "without a session nothing is left: {explained}"
    );
}
