//! The first use, by a person with a browser: the real binary, a stand-in Gitea, Debian's Chromium driven by
//! `first-use.mjs`. `SAMOVAR_TEST_PICTURES=ui cargo test --test browser` renews the README's pictures.

#[path = "../support/mod.rs"]
mod support;

use serde_json::json;
use std::path::Path;
use support::browser::Browser;
use support::gitea::clock::machine;
use support::openid::{CLIENT, Openid, SECRET};
use support::samovar::{More, Samovar};
use support::tools;
use support::world::GiteaWorld;
use tokio::process::Command;

const ADMINISTRATOR: &str = "ada";
const MEMBER: &str = "ben";
const OUTSIDER: &str = "cleo";
/// Of the other provider.
const GROUP: &str = "Release managers";

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

/// Samovar with another provider beside Gitea, whose one group is known because somebody of it has signed in.
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
    okta.person("00u1", "dora", &[GROUP]);
    let mut browser = Browser::new();
    let url = format!("{}/auth/sign-in?provider=okta", samovar.url());
    let page = browser.get(&url).await;
    let page = browser.follow(page).await;
    assert_eq!(page.status, 200, "{}", page.body);
    samovar
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_from_the_claim_code_to_a_protected_application_and_out_again() {
    tools::browser();
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    let okta = Openid::start(machine()).await;
    let mut samovar = samovar(folder.path(), &gitea, &okta).await;
    let first_use = json!({
        "samovar": samovar.url(),
        "chromium": "/usr/bin/chromium",
        "administrator": {"login": ADMINISTRATOR, "password": GiteaWorld::password(ADMINISTRATOR)},
        "member": MEMBER,
        "outsider": OUTSIDER,
        "group": GROUP,
        "claimCode": samovar.claim_code(),
        "pictures": std::env::var_os("SAMOVAR_TEST_PICTURES").and_then(|folder| folder.into_string().ok()),
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/first-use.mjs");
    let mut node = Command::new("node");
    let done = node.arg(script).env("FIRST_USE", first_use.to_string());
    let done = done.output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let failed = String::from_utf8_lossy(&done.stderr);
    let log = samovar.program().output();
    assert!(done.status.success(), "{said}{failed}\n{log}");
    assert_eq!(samovar.end().await, Some(0));
}
