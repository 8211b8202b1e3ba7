//! A running Samovar with an administrator, a service account that administers it too, a member of a team and an outsider,
//! and a folder with its document.

use crate::support::browser::plain_client;
use crate::support::samovar::{Samovar, SignedIn};
use crate::support::world::GiteaWorld;
use crate::support::{process, tools};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Name of the session cookie over plain http on loopback.
pub const COOKIE: &str = "samovar";

pub const ADMINISTRATOR: &str = "ada";
pub const MEMBER: &str = "ben";
pub const OUTSIDER: &str = "cleo";
pub const TEAM: &str = "Deployers";

/// See the head of this file.
pub struct Stage {
    folder: TempDir,
    samovar: Samovar,
    administrator: SignedIn,
    account: Value,
    token: String,
    member: SignedIn,
    _gitea: GiteaWorld,
}

impl Stage {
    pub async fn start() -> Self {
        tools::clients();
        let folder = tempfile::tempdir().unwrap();
        let gitea = world().await;
        let issuers = "[token]\nworkload_issuers = ['https://git.example.test/api/actions']\n";
        let samovar = Samovar::start_with(folder.path(), &gitea, issuers).await;
        let mut administrator = samovar.claim(&gitea, ADMINISTRATOR).await;
        administrator
            .must("POST", "/mirror/sync", &Value::Null)
            .await;
        let (account, token) = service_account(&mut administrator, samovar.url()).await;
        let member = samovar.sign_in(&gitea, MEMBER).await;
        let document = Command::new(process::built("samovar"))
            .arg("openapi")
            .output();
        std::fs::write(folder.path().join("openapi.json"), document.unwrap().stdout).unwrap();
        Self {
            folder,
            samovar,
            administrator,
            account,
            token,
            member,
            _gitea: gitea,
        }
    }

    /// The folder with `openapi.json`, in which clients are made.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a flow has to know, for its variable FLOW.
    pub fn flow(&self) -> String {
        json!({
            "url": self.samovar.url(),
            "token": self.token,
            "account": self.account["id"],
            "member": self.cookie(&self.member),
            "member_login": MEMBER,
            "outsider_login": OUTSIDER,
            "team": TEAM,
        })
        .to_string()
    }

    /// Samovar's address, without a last slash.
    pub fn url(&self) -> &str {
        self.samovar.url()
    }

    /// The administrator's session, as its cookie holds it.
    pub fn session(&self) -> String {
        self.secret(&self.administrator)
    }

    /// Ids on which the administrator's session rests: its own, the person's, and that of her role binding.
    pub async fn own(&mut self) -> Vec<String> {
        let me = self.administrator.get("/me").await;
        let (session, user) = (&me["session"]["id"], &me["user"]["id"]);
        let bindings = self.administrator.get("/role-bindings").await;
        let bindings = bindings["items"].as_array().unwrap().iter();
        let hers = bindings.filter(|binding| binding["subject"]["id"] == *user);
        let ids = hers.map(|binding| &binding["id"]).chain([session, user]);
        ids.map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    fn cookie(&self, person: &SignedIn) -> String {
        let secret = self.secret(person);
        format!("{COOKIE}={secret}")
    }

    fn secret(&self, person: &SignedIn) -> String {
        let url = url::Url::parse(self.samovar.url()).unwrap();
        let mut cookies = person.browser.cookies(url.host_str().unwrap());
        cookies.remove(COOKIE).unwrap()
    }

    /// Ends Samovar, which must not have complained.
    pub async fn end(self) {
        assert_eq!(self.samovar.end().await, Some(0));
    }
}

/// A service account with the role of an administrator, and an access token of it for Samovar itself.
async fn service_account(administrator: &mut SignedIn, url: &str) -> (Value, String) {
    let me = administrator.get("/me").await;
    let owner = json!({"kind": "user", "id": me["user"]["id"]});
    let draft = json!({"name": "policy-job", "owner": owner});
    let account = administrator
        .must("POST", "/service-accounts", &draft)
        .await;
    let id = account["id"].as_str().unwrap();
    let binding = json!({
        "role": me["roles"][0]["id"],
        "subject": {"kind": "service-account", "id": id},
        "range": {"kind": "everywhere"},
    });
    administrator.must("POST", "/role-bindings", &binding).await;
    let secrets = format!("/service-accounts/{id}/secrets");
    let secret = administrator.must("POST", &secrets, &json!({})).await;
    let asked = plain_client()
        .post(format!("{url}/oauth/token"))
        .basic_auth(id, secret["secret"].as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&audience=samovar");
    let answer = asked.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let token = answer["access_token"].as_str();
    let token = token.unwrap_or_else(|| panic!("no token: {answer}"));
    (account, token.to_owned())
}

/// One organization with a team that has a member, and people beside it.
async fn world() -> GiteaWorld {
    let gitea = GiteaWorld::start_stand_in().await;
    for login in [ADMINISTRATOR, MEMBER, OUTSIDER] {
        gitea.user(login).await;
    }
    gitea.promote_user(ADMINISTRATOR).await;
    gitea.organization("acme", ADMINISTRATOR).await;
    gitea.repository("acme", "site", true).await;
    let team = gitea.team("acme", TEAM, &[("repo.code", "write")]).await;
    gitea.add_repository(team, "acme", "site").await;
    gitea.add_member(team, MEMBER).await;
    gitea
}

/// A file or folder of this test.
pub fn material(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(name)
}

/// Runs a program to its end, in a folder; gives what it said, which it must have said without failing.
pub fn must(command: &mut Command, folder: &Path) -> String {
    let done = command.current_dir(folder).output();
    let done = done.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(done.status.success(), "{command:?}\n{said}");
    said
}
