//! The scene of the main job: a Gitea with three people and two teams, Samovar with its administrator, an application
//! behind nginx with roles for the teams.

use crate::support::browser::{Browser, Page, plain_client};
use crate::support::process::{Program, free_address};
use crate::support::samovar::{Samovar, SignedIn};
use crate::support::upstream::Upstream;
use crate::support::world::GiteaWorld;
use crate::support::{caddy, nginx};
use serde_json::Value;
use tempfile::TempDir;

#[path = "../demo/policy.rs"]
mod policy;

/// See the head of this file.
pub struct Scene {
    pub gitea: GiteaWorld,
    pub samovar: Samovar,
    /// The administrator.
    pub ada: SignedIn,
    /// Address of the application, without a last slash.
    pub application: String,
    /// Ids of the teams.
    pub deployers: i64,
    pub readers: i64,
    proxy: Program,
    upstream: Upstream,
    folder: TempDir,
}

impl Scene {
    pub async fn set() -> Self {
        Self::set_with("").await
    }

    /// With more lines for the section `[mirror]` of the configuration.
    pub async fn set_with(mirror: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let gitea = GiteaWorld::start().await;
        for login in ["ada", "ben", "cleo", "dan"] {
            gitea.user(login).await;
        }
        gitea.promote_user("ada").await;
        gitea.organization("acme", "ada").await;
        gitea.repository("acme", "api", true).await;
        let deployers = team(&gitea, "Deployers", "write", "ben").await;
        let readers = team(&gitea, "Readers", "read", "cleo").await;
        let samovar = Samovar::start_with(folder.path(), &gitea, mirror).await;
        let mut ada = samovar.claim(&gitea, "ada").await;
        let upstream = Upstream::start([127, 0, 0, 3]).await;
        let front = free_address([127, 0, 0, 3]);
        let blocks = policy::set_up(&mut ada, front, upstream.address()).await;
        Self {
            proxy: nginx::start(folder.path(), front, &blocks).await,
            upstream,
            application: format!("http://{front}"),
            gitea,
            samovar,
            ada,
            deployers,
            readers,
            folder,
        }
    }

    /// With Caddy at nginx's address, and its block of the same application.
    pub async fn behind_caddy(mut self) -> Self {
        let applications = self.ada.get("/applications").await;
        let id = applications["items"][0]["id"].as_str().unwrap();
        let path = format!("/applications/{id}/snippets/caddy");
        let snippet = self.ada.get(&path).await;
        let upstream = format!("reverse_proxy {} {{", self.upstream.address());
        let pointed = |line: &str| {
            let ends_in_block =
                line.trim_start().starts_with("reverse_proxy") && line.ends_with('{');
            if ends_in_block {
                upstream.clone()
            } else {
                line.to_owned()
            }
        };
        let sites = snippet["text"].as_str().unwrap();
        let sites: Vec<String> = sites.lines().map(pointed).collect();
        self.proxy.kill().await;
        let front = self
            .application
            .trim_start_matches("http://")
            .parse()
            .unwrap();
        self.proxy = caddy::start(self.folder.path(), front, &sites.join("\n")).await;
        self
    }

    /// A person who opened the application and signed in.
    pub async fn browser_of(&self, login: &str) -> Browser {
        let mut browser = Browser::new();
        let url = format!("{}/whoami", self.application);
        let page = browser.visit(&url, &self.gitea, login).await;
        assert_eq!(page.status, 200, "{}", page.body);
        browser
    }

    pub async fn get(&self, browser: &mut Browser, path: &str) -> Page {
        browser.get(&format!("{}{path}", self.application)).await
    }

    pub async fn post(&self, browser: &mut Browser, path: &str) -> Page {
        let url = format!("{}{path}", self.application);
        let origin = self.application.clone();
        let headers = [("origin", origin.as_str()), ("accept", "application/json")];
        browser.send(http::Method::POST, &url, &headers, None).await
    }

    /// The status of a page of the application.
    pub async fn status(&self, browser: &mut Browser, path: &str) -> u16 {
        self.get(browser, path).await.status
    }

    /// Has Samovar read everything from Gitea now.
    pub async fn sync(&mut self) {
        self.ada.must("POST", "/mirror/sync", &Value::Null).await;
    }
}

async fn team(gitea: &GiteaWorld, name: &str, level: &str, member: &str) -> i64 {
    let team = gitea.team("acme", name, &[("repo.code", level)]).await;
    gitea.add_repository(team, "acme", "api").await;
    gitea.add_member(team, member).await;
    team
}

/// What a script without any credential gets.
pub async fn as_script(url: &str) -> (u16, String, Value) {
    let request = plain_client().get(url).header("accept", "application/json");
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (status, kind, answer.json().await.unwrap())
}
