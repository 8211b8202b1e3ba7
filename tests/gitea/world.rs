//! A small world, built and used by the HTTP API alone: at the real Gitea that `SAMOVAR_TEST_GITEA` names, otherwise at
//! the stand-in.

use crate::support::browser::{Browser, form, plain_client};
use crate::support::world::{GiteaWorld, ServiceIdentity};
use reqwest::Method;
use serde_json::{Value, json};

const CALLBACK: &str = "http://127.0.0.2:1/auth/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn authorize_url(gitea: &GiteaWorld, own: &ServiceIdentity, nonce: &str) -> String {
    let query = form(&[
        ("client_id", &own.client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("state", "st-1"),
        (
            "scope",
            "openid profile email groups read:user read:organization",
        ),
        ("nonce", nonce),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    format!("{}/login/oauth/authorize?{query}", gitea.url())
}

async fn exchange(gitea: &GiteaWorld, own: &ServiceIdentity, callback: &str) -> Value {
    let code = url::Url::parse(callback).unwrap();
    let mut pairs = code.query_pairs();
    let code = pairs
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .to_string();
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("client_id", &own.client_id),
        ("client_secret", &own.client_secret),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]);
    let request = plain_client()
        .post(format!("{}/login/oauth/access_token", gitea.url()))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.json().await.unwrap()
}

/// `GET` as a user by `Sudo`, with the service identity's token.
async fn as_user(gitea: &GiteaWorld, own: &ServiceIdentity, login: &str, path: &str) -> Value {
    let request = plain_client()
        .get(format!("{}/api/v1{path}", gitea.url()))
        .header("authorization", format!("token {}", own.token))
        .header("sudo", login);
    request.send().await.unwrap().json().await.unwrap()
}

fn names(list: &Value, member: &str) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item[member].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_member_signs_in_and_loses_the_team() {
    let gitea = GiteaWorld::start().await;
    let ben = gitea.user("ben").await;
    gitea.organization("acme", "root").await;
    let team = gitea
        .team("acme", "Deployers", &[("repo.code", "write")])
        .await;
    gitea.add_member(team, "ben").await;
    let own = gitea.service_identity(CALLBACK).await;

    let mut browser = Browser::new();
    let url = authorize_url(&gitea, &own, "no-1");
    let callback = browser.sign_in_at_gitea(&url, "ben").await;
    assert!(callback.starts_with(CALLBACK) && callback.ends_with("&state=st-1"));
    let tokens = exchange(&gitea, &own, &callback).await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let userinfo = plain_client()
        .get(format!("{}/login/oauth/userinfo", gitea.url()))
        .header("authorization", bearer);
    let userinfo: Value = userinfo.send().await.unwrap().json().await.unwrap();
    assert_eq!(userinfo["sub"], ben.to_string());
    assert_eq!(userinfo["groups"], json!(["acme", "acme:deployers"]));

    let teams = as_user(&gitea, &own, "ben", "/user/teams").await;
    assert_eq!(names(&teams, "name"), ["Deployers"]);
    gitea.remove_member(team, "ben").await;
    let teams = as_user(&gitea, &own, "ben", "/user/teams").await;
    assert_eq!(teams, json!([]));
}

#[tokio::test]
async fn a_second_sign_in_needs_no_consent_and_overwrites_the_nonce() {
    let gitea = GiteaWorld::start().await;
    gitea.user("ben").await;
    let own = gitea.service_identity(CALLBACK).await;
    let (mut first, mut second) = (Browser::new(), Browser::new());
    let one = authorize_url(&gitea, &own, "no-1");
    let two = authorize_url(&gitea, &own, "no-2");
    let callback_one = first.sign_in_at_gitea(&one, "ben").await;
    let callback_two = second.sign_in_at_gitea(&two, "ben").await;
    assert!(
        second
            .steps
            .iter()
            .all(|step| !step.url.ends_with("/login/oauth/grant"))
    );
    for callback in [callback_one, callback_two] {
        let tokens = exchange(&gitea, &own, &callback).await;
        let claims = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(claims["nonce"], "no-2");
    }
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap().as_bytes();
    let part = data_encoding::BASE64URL_NOPAD.decode(part).unwrap();
    serde_json::from_slice(&part).unwrap()
}

#[tokio::test]
async fn names_change_and_ids_stay() {
    let gitea = GiteaWorld::start().await;
    let ben = gitea.user("ben").await;
    let org = gitea.organization("acme", "root").await;
    let team = gitea
        .team("acme", "Deployers", &[("repo.code", "read")])
        .await;
    gitea.add_member(team, "ben").await;
    gitea.rename_user("ben", "benjamin").await;
    gitea.rename_organization("acme", "apex").await;
    gitea.rename_team(team, "Shippers").await;
    assert_eq!(gitea.user_id("benjamin").await, ben);
    assert_eq!(gitea.team_id("apex", "Shippers").await, team);
    let (status, answer) = gitea.api(Method::GET, "/orgs/apex", None).await;
    assert_eq!((status, &answer["id"]), (200, &json!(org)));
    let (status, _) = gitea.api(Method::GET, "/orgs/acme", None).await;
    assert_eq!(status, 307);
    let (status, _) = gitea.api(Method::GET, "/users/ben", None).await;
    assert_eq!(status, 307);
    let again = gitea.organization("acme", "root").await;
    let (status, answer) = gitea.api(Method::GET, "/orgs/acme", None).await;
    assert_eq!((status, &answer["id"]), (200, &json!(again)));
    gitea.delete_team(team).await;
    let path = format!("/teams/{team}");
    let (status, _) = gitea.api(Method::GET, &path, None).await;
    assert_eq!(status, 404);
    gitea.delete_user("benjamin").await;
    let (status, _) = gitea.api(Method::GET, "/users/benjamin", None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn repository_rights_are_those_of_the_team_units() {
    let gitea = GiteaWorld::start().await;
    for login in ["ben", "cleo", "eli"] {
        gitea.user(login).await;
    }
    gitea.organization("acme", "root").await;
    gitea.repository("acme", "api", true).await;
    let writers = gitea
        .team("acme", "Writers", &[("repo.code", "write")])
        .await;
    let triage = gitea
        .team("acme", "Triage", &[("repo.issues", "read")])
        .await;
    for (team, login) in [(writers, "ben"), (triage, "cleo")] {
        gitea.add_repository(team, "acme", "api").await;
        gitea.add_member(team, login).await;
    }
    let own = gitea.service_identity(CALLBACK).await;
    let rights = async |login| {
        let repo = as_user(&gitea, &own, login, "/repos/acme/api").await;
        repo["permissions"].clone()
    };
    let of = |push: bool, pull: bool| json!({"admin": false, "push": push, "pull": pull});
    assert_eq!(rights("ben").await, of(true, true));
    assert_eq!(rights("cleo").await, of(false, false));
    assert_eq!(rights("eli").await, Value::Null);
}

#[tokio::test]
async fn sudo_still_reads_a_disabled_user() {
    let gitea = GiteaWorld::start().await;
    gitea.user("dan").await;
    gitea.organization("acme", "root").await;
    let team = gitea
        .team("acme", "Readers", &[("repo.code", "read")])
        .await;
    gitea.add_member(team, "dan").await;
    let own = gitea.service_identity(CALLBACK).await;
    let token = gitea.token("dan", "own", &["read:user"]).await;
    gitea.disable_user("dan").await;
    let teams = as_user(&gitea, &own, "dan", "/user/teams").await;
    assert_eq!(names(&teams, "name"), ["Readers"]);
    let request = plain_client()
        .get(format!("{}/api/v1/user", gitea.url()))
        .header("authorization", format!("token {token}"));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 403);
    let (_, user) = gitea.api(Method::GET, "/users/dan", None).await;
    assert_eq!(
        (&user["active"], &user["prohibit_login"]),
        (&json!(true), &json!(true))
    );
    gitea.enable_user("dan").await;
    let (_, user) = gitea.api(Method::GET, "/users/dan", None).await;
    assert_eq!(user["prohibit_login"], false);
}

#[tokio::test]
async fn an_outage_loses_no_data() {
    let mut gitea = GiteaWorld::start().await;
    let ben = gitea.user("ben").await;
    gitea.go_away().await;
    let health = format!("{}/api/healthz", gitea.url());
    let refused = plain_client().get(&health).send().await.unwrap_err();
    assert!(refused.is_connect());
    gitea.come_back().await;
    assert_eq!(gitea.user_id("ben").await, ben);
}

#[tokio::test]
async fn every_page_of_a_list_has_the_total() {
    let gitea = GiteaWorld::start().await;
    gitea.organization("acme", "root").await;
    let team = gitea.team("acme", "Crowd", &[("repo.code", "read")]).await;
    for number in 1..=52 {
        let login = format!("member{number:02}");
        gitea.user(&login).await;
        gitea.add_member(team, &login).await;
    }
    let own = gitea.service_identity(CALLBACK).await;
    // Besides the members: root and the service identity.
    for (path, total) in [
        ("/admin/users".to_owned(), 54),
        (format!("/teams/{team}/members"), 52),
        ("/orgs/acme/members".to_owned(), 53),
    ] {
        let pages = [1, 2, 3].map(|page| format!("{path}?limit=100&page={page}"));
        for (path, expected) in pages.iter().zip([50, total - 50, 0]) {
            let url = format!("{}/api/v1{path}", gitea.url());
            let request = plain_client()
                .get(url)
                .header("authorization", format!("token {}", own.token));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.headers()["x-total-count"], total.to_string());
            let items: Vec<Value> = answer.json().await.unwrap();
            assert_eq!(items.len(), expected, "{path}");
        }
    }
}

#[tokio::test]
async fn an_owner_changes_members_on_the_page_of_the_stand_in() {
    let gitea = GiteaWorld::start_stand_in().await;
    for login in ["ada", "ben"] {
        gitea.user(login).await;
    }
    gitea.organization("acme", "ada").await;
    let team = gitea
        .team("acme", "Readers", &[("repo.code", "read")])
        .await;
    let list = format!("{}/org/acme/teams", gitea.url());
    let sign_in = format!(
        "{}/user/login?redirect_to=%2Forg%2Facme%2Fteams",
        gitea.url()
    );
    let mut browser = Browser::new();
    for (login, status) in [("ben", 403), ("ada", 200)] {
        let password = GiteaWorld::password(login);
        let fields = [("user_name", login), ("password", password.as_str())];
        let page = browser.post(&sign_in, &fields).await;
        assert_eq!(browser.follow(page).await.status, status);
    }
    for (action, members) in [("add", 1), ("remove", 0)] {
        let url = format!("{list}/Readers/action/{action}");
        let page = browser.post(&url, &[("uname", "ben")]).await;
        assert_eq!(page.location.unwrap().as_str(), list);
        let path = format!("/teams/{team}/members");
        let (_, found) = gitea.api(Method::GET, &path, None).await;
        assert_eq!(found.as_array().unwrap().len(), members);
    }
}
