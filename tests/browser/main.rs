//! The first use, by a person with a browser: the real binary, a stand-in Gitea, Debian's Chromium driven by
//! `first-use.mjs`. `SAMOVAR_TEST_PICTURES=<folder>` keeps pictures of the pages for people.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets what it does not expect must end"
)]

#[path = "../support/mod.rs"]
mod support;

use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use support::process::{self, Program};
use support::tools;
use support::world::{GiteaWorld, ServiceIdentity};
use tokio::process::Command;

const SAMOVAR: &str = env!("CARGO_BIN_EXE_samovar");
const ADMINISTRATOR: &str = "ada";
const MEMBER: &str = "ben";
const OUTSIDER: &str = "cleo";

/// One organization, one team with one member, somebody outside it, and a site administrator.
async fn world() -> GiteaWorld {
    let gitea = GiteaWorld::start_stand_in().await;
    for login in [ADMINISTRATOR, MEMBER, OUTSIDER] {
        gitea.user(login).await;
    }
    gitea.promote_user(ADMINISTRATOR).await;
    gitea.organization("acme", ADMINISTRATOR).await;
    for (name, login) in [("Deployers", MEMBER), ("Readers", OUTSIDER)] {
        let team = gitea.team("acme", name, &[("repo.code", "read")]).await;
        gitea.add_member(team, login).await;
    }
    gitea
}

fn configuration(folder: &Path, own: SocketAddr, gitea: &str, client_id: &str) -> String {
    let folder = folder.display();
    format!(
        "[server]\nexternal_url = \"http://{own}\"\nlisten = [\"{own}\"]\n\
         state_dir = \"{folder}/state\"\nadmin_socket = \"{folder}/admin.sock\"\n\
         allow_plain_http_on_loopback = true\n\n\
         [gitea]\nurl = \"{gitea}\"\nclient_id = \"{client_id}\"\n"
    )
}

async fn start(folder: &Path, own: SocketAddr, gitea: &str, service: &ServiceIdentity) -> Program {
    let config = folder.join("samovar.toml");
    let text = configuration(folder, own, gitea, &service.client_id);
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new(SAMOVAR);
    command
        .args(["serve", "--config"])
        .arg(&config)
        .env("SAMOVAR_GITEA_CLIENT_SECRET", &service.client_secret)
        .env("SAMOVAR_GITEA_TOKEN", &service.token);
    let mut samovar = Program::start("samovar", folder, command);
    samovar.ready(own).await;
    samovar
}

async fn claim_code(folder: &Path) -> String {
    let mut command = Command::new(SAMOVAR);
    let socket = folder.join("admin.sock");
    let shown = command.args(["claim-code", "--socket"]).arg(socket);
    let shown = shown.output().await.unwrap();
    String::from_utf8(shown.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_from_the_claim_code_to_a_protected_application_and_out_again() {
    tools::browser();
    let folder = tempfile::tempdir().unwrap();
    let gitea = world().await;
    let own = process::free_address([127, 0, 0, 2]);
    let callback = format!("http://{own}/auth/callback/gitea");
    let service = gitea.service_identity(&callback).await;
    let samovar = start(folder.path(), own, gitea.url(), &service).await;
    let first_use = json!({
        "samovar": format!("http://{own}"),
        "chromium": "/usr/bin/chromium",
        "administrator": {"login": ADMINISTRATOR, "password": GiteaWorld::password(ADMINISTRATOR)},
        "member": MEMBER,
        "outsider": OUTSIDER,
        "claimCode": claim_code(folder.path()).await,
        "pictures": std::env::var_os("SAMOVAR_TEST_PICTURES").map(|path| path.into_string().unwrap()),
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/first-use.mjs");
    let mut node = Command::new("node");
    let done = node.arg(script).env("FIRST_USE", first_use.to_string());
    let done = done.output().await.expect("node runs the browser");
    let said = String::from_utf8_lossy(&done.stdout);
    let failed = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success(),
        "{said}{failed}\n{}",
        samovar.output()
    );
    assert_eq!(samovar.end().await, Some(0));
}
