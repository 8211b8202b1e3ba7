//! Samovar's pages, used by a person with a browser: the real binary, a stand-in Gitea, Debian's Chromium driven by the
//! scripts beside this file. `SAMOVAR_TEST_PICTURES=ui cargo test --test interoperability browser::` renews the README's pictures.

use crate::support::browser::Browser;
use crate::support::gitea::clock::machine;
use crate::support::openid::{CLIENT, Openid, SECRET};
use crate::support::samovar::{More, Samovar};
use crate::support::tools;
use crate::support::world::GiteaWorld;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use tokio::process::Command;

const ADMINISTRATOR: &str = "ada";
const MEMBER: &str = "ben";
const OUTSIDER: &str = "cleo";
/// A login at both providers, and a part of many others.
const SHORT: &str = "li";
/// Of the other provider.
const GROUP: &str = "Release managers";
/// Whose tokens may stand for a service account.
const CI: &str = "https://ci.example.org/";
/// The break-glass password.
const BREAK_GLASS: &str = "correct horse battery";
const CHROMIUM: &str = "/usr/bin/chromium";

fn administrator() -> Value {
    json!({"login": ADMINISTRATOR, "password": GiteaWorld::password(ADMINISTRATOR)})
}

/// One organization with a repository, a team that may write it, one that may read it, and a site administrator.
async fn world() -> GiteaWorld {
    let gitea = GiteaWorld::start_stand_in().await;
    for login in [ADMINISTRATOR, MEMBER, OUTSIDER] {
        gitea.user(login).await;
    }
    gitea.promote_user(ADMINISTRATOR).await;
    gitea.organization("acme", ADMINISTRATOR).await;
    gitea.repository("acme", "site", true).await;
    for (name, login, level) in [
        ("Deployers", MEMBER, "write"),
        ("Readers", OUTSIDER, "read"),
    ] {
        let team = gitea.team("acme", name, &[("repo.code", level)]).await;
        gitea.add_repository(team, "acme", "site").await;
        gitea.add_member(team, login).await;
    }
    gitea
}

/// Samovar with another provider beside Gitea. One person of it has signed in, so that its group is known.
async fn samovar(folder: &Path, gitea: &GiteaWorld, okta: &Openid) -> Samovar {
    let more = More {
        lines: format!(
            "[[provider]]\nid = 'okta'\nname = 'Okta'\nissuer = '{}'\nclient_id = '{CLIENT}'\n\
             scopes = ['profile', 'groups']\n",
            okta.issuer()
        ),
        environment: vec![(
            "SAMOVAR_PROVIDER_OKTA_CLIENT_SECRET".to_owned(),
            SECRET.to_owned(),
        )],
        ..More::default()
    };
    let samovar = Samovar::start_as(folder, gitea, more).await;
    sign_in(&samovar, okta, "dora", &[GROUP]).await;
    samovar
}

/// Signs a person of the other provider in.
async fn sign_in(samovar: &Samovar, okta: &Openid, login: &str, groups: &[&str]) {
    okta.person(&format!("00u-{login}"), login, groups);
    let mut browser = Browser::new();
    let url = format!("{}/auth/sign-in?provider=okta", samovar.url());
    let page = browser.get(&url).await;
    let page = browser.follow(page).await;
    assert_eq!(page.status, 200, "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_from_the_claim_code_to_a_protected_application_and_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    let okta = Openid::start(machine()).await;
    let mut samovar = samovar(folder.path(), &gitea, &okta).await;
    let there = json!({
        "samovar": samovar.url(),
        "chromium": CHROMIUM,
        "administrator": administrator(),
        "member": MEMBER,
        "outsider": OUTSIDER,
        "group": GROUP,
        "claimCode": samovar.claim_code(),
        "pictures": std::env::var_os("SAMOVAR_TEST_PICTURES").and_then(|folder| folder.into_string().ok()),
    });
    let done = drive("first-use.mjs", &there).await.unwrap();
    let log = samovar.program().output();
    assert!(done.status.success(), "{}\n{log}", said(&done));
    assert_eq!(samovar.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_a_secret_a_role_and_a_token_and_a_client_loses_what_it_was_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    let name = "unbroken".repeat(13);
    let unbroken = gitea.team("acme", &name, &[("repo.code", "read")]).await;
    gitea.add_member(unbroken, OUTSIDER).await;
    let issuers = format!("[token]\nworkload_issuers = ['{CI}']\n");
    let mut samovar = Samovar::start_with(folder.path(), &gitea, &issuers).await;
    let mut ada = samovar.claim(&gitea, ADMINISTRATOR).await;
    let role = json!({"name": "deployer", "permissions": ["deployments:write"]});
    ada.must("POST", "/roles", &role).await;
    let deploy = json!({"methods": ["POST"], "path": "/deploy", "requirement": {"kind": "permissions", "permissions": ["deployments:write"]}});
    let application =
        json!({"name": "deployments", "hosts": ["deploy.example.org"], "routes": [deploy]});
    ada.must("POST", "/applications", &application).await;
    let there = json!({
        "samovar": samovar.url(),
        "checks": samovar.checks(),
        "chromium": CHROMIUM,
        "administrator": administrator(),
        "ci": CI,
    });
    let done = drive("machines.mjs", &there).await.unwrap();
    let log = samovar.program().output();
    assert!(done.status.success(), "{}\n{log}", said(&done));
    assert_eq!(samovar.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_of_one_login_are_told_apart_among_many_similar_logins() {
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    gitea.user(SHORT).await;
    for n in 0..25 {
        gitea.user(&format!("a{SHORT}ce-{n}")).await;
    }
    let okta = Openid::start(machine()).await;
    let mut samovar = samovar(folder.path(), &gitea, &okta).await;
    sign_in(&samovar, &okta, SHORT, &[]).await;
    samovar.claim(&gitea, ADMINISTRATOR).await;
    let there = json!({
        "samovar": samovar.url(),
        "chromium": CHROMIUM,
        "administrator": administrator(),
        "short": SHORT,
    });
    let done = drive("people.mjs", &there).await.unwrap();
    let log = samovar.program().output();
    assert!(done.status.success(), "{}\n{log}", said(&done));
    assert_eq!(samovar.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_administrator_break_glass_leads_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    let mut samovar = Samovar::start(folder.path(), &gitea).await;
    samovar.claim(&gitea, ADMINISTRATOR).await;
    samovar.operate(&["break-glass", "set"], BREAK_GLASS).await;
    gitea.disable_user(ADMINISTRATOR).await;
    samovar.operate(&["sync"], "").await;
    let there = json!({
        "samovar": samovar.url(),
        "chromium": CHROMIUM,
        "outsider": {"login": OUTSIDER, "password": GiteaWorld::password(OUTSIDER)},
        "disabled": ADMINISTRATOR,
        "password": BREAK_GLASS,
    });
    let done = drive("break-glass.mjs", &there).await.unwrap();
    let log = samovar.program().output();
    assert!(done.status.success(), "{}\n{log}", said(&done));
    assert_eq!(samovar.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_answer_reaches_a_program_at_every_loopback_address() {
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    let mut samovar = Samovar::start(folder.path(), &gitea).await;
    let mut ada = samovar.claim(&gitea, ADMINISTRATOR).await;
    let application = json!({"name": "deployments", "hosts": [], "routes": []});
    let application = ada.must("POST", "/applications", &application).await;
    let mut programs = serde_json::Map::new();
    for (name, host, uri) in [
        ("four", "127.0.0.1", "http://127.0.0.1/callback"),
        ("six", "::1", "http://[::1]/callback"),
    ] {
        let draft = json!({"name": name, "application_id": application["id"], "kind": "public",
            "redirect_uris": [uri], "first_party": false});
        let client = ada.must("POST", "/clients", &draft).await;
        programs.insert(host.to_owned(), client["id"].clone());
    }
    let member = json!({"login": MEMBER, "password": GiteaWorld::password(MEMBER)});
    let there = json!({
        "samovar": samovar.url(), "chromium": CHROMIUM, "member": member, "programs": programs,
    });
    let done = drive("consent.mjs", &there).await.unwrap();
    let log = samovar.program().output();
    assert!(done.status.success(), "{}\n{log}", said(&done));
    assert_eq!(samovar.end().await, Some(0));
}

/// Runs a script, which says each step and ends with another status than 0 when one fails. Gives what it said.
async fn drive(script: &str, world: &Value) -> std::io::Result<Output> {
    tools::browser();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let mut node = Command::new("node");
    let node = node.arg(folder.join(script));
    node.env("WORLD", world.to_string()).output().await
}

fn said(output: &Output) -> String {
    [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .concat()
}
