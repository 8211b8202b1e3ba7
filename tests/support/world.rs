//! A Gitea to test against, stand-in or real, built through its HTTP API alone: the same scenario runs on both, which is
//! why the stand-in may be believed. Knows Gitea's API; must know nothing of Samovar.

use super::browser::plain_client;
use super::gitea::{ADMIN, StandIn};
use super::real_gitea::RealGitea;
use reqwest::{Client, Method};
use serde_json::{Value, json};

enum Server {
    StandIn(StandIn),
    Real(Box<RealGitea>),
}

/// A running Gitea with a site administrator.
pub struct GiteaWorld {
    server: Server,
    http: Client,
    admin_token: String,
}

/// What Samovar is given to talk to Gitea with.
#[derive(Debug, Clone)]
pub struct ServiceIdentity {
    /// Login of the service user, a site administrator.
    pub login: String,
    pub client_id: String,
    pub client_secret: String,
    /// Personal access token of four read scopes.
    pub token: String,
}

impl GiteaWorld {
    /// The real Gitea that `SAMOVAR_TEST_GITEA` names, or else the stand-in.
    pub async fn start() -> Self {
        match RealGitea::from_environment().await {
            Some(real) => Self::over(Server::Real(Box::new(real))).await,
            None => Self::start_stand_in().await,
        }
    }

    /// The stand-in in any case, for what only it can do.
    pub async fn start_stand_in() -> Self {
        Self::around(StandIn::start().await).await
    }

    /// A world around a stand-in that was started by hand.
    pub async fn around(stand_in: StandIn) -> Self {
        Self::over(Server::StandIn(stand_in)).await
    }

    async fn over(server: Server) -> Self {
        let mut world = Self {
            server,
            http: plain_client(),
            admin_token: String::new(),
        };
        world.admin_token = world.token(ADMIN, "world", &["all"]).await;
        world
    }

    /// Address of the server, without a last slash.
    pub fn url(&self) -> &str {
        match &self.server {
            Server::StandIn(stand_in) => stand_in.url(),
            Server::Real(real) => real.url(),
        }
    }

    /// The stand-in behind this world; `None` on a real Gitea.
    pub fn stand_in(&self) -> Option<&StandIn> {
        match &self.server {
            Server::StandIn(stand_in) => Some(stand_in),
            Server::Real(_) => None,
        }
    }

    /// Login and password of the site administrator.
    pub fn admin() -> (String, String) {
        (ADMIN.to_owned(), Self::password(ADMIN))
    }

    /// The administrator's token of scope `all`.
    pub fn admin_token(&self) -> &str {
        &self.admin_token
    }

    /// Everybody's password in this world.
    pub fn password(login: &str) -> String {
        format!("{login}-password-1")
    }

    /// It no longer responds at the address.
    pub async fn go_away(&mut self) {
        match &mut self.server {
            Server::StandIn(stand_in) => stand_in.go_away().await,
            Server::Real(real) => real.stop().await,
        }
    }

    /// Answers at the same address again; browser sessions are gone.
    pub async fn come_back(&mut self) {
        match &mut self.server {
            Server::StandIn(stand_in) => stand_in.come_back().await,
            Server::Real(real) => real.start().await,
        }
    }

    /// Does it tell an OAuth client about the tokens of other clients? From 1.27 on it does not.
    pub async fn tells_of_other_clients(&self) -> bool {
        let (_, answer) = self.api(Method::GET, "/version", None).await;
        let version = answer["version"].as_str().unwrap();
        let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap());
        (parts.next().unwrap(), parts.next().unwrap()) < (1, 27)
    }

    /// A call to the API as the administrator: status and JSON (`null` without a body).
    pub async fn api(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}/api/v1{path}", self.url());
        let mut request = self
            .http
            .request(method, url)
            .header("authorization", format!("token {}", self.admin_token));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The same where success is owed.
    async fn must(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.api(method.clone(), path, body).await;
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        answer
    }

    /// A new user with his own password; gives his id.
    pub async fn user(&self, login: &str) -> i64 {
        let body = json!({
            "username": login,
            "email": format!("{login}@acme.test"),
            "password": Self::password(login),
            "must_change_password": false,
        });
        let path = "/admin/users";
        id(&self.must(Method::POST, path, Some(body)).await)
    }

    /// The number of an existing user.
    pub async fn user_id(&self, login: &str) -> i64 {
        id(&self
            .must(Method::GET, &format!("/users/{login}"), None)
            .await)
    }

    /// Changes an account by the site administrator's form.
    async fn edit_user(&self, login: &str, mut body: Value) {
        body["login_name"] = json!(login);
        body["source_id"] = json!(0);
        let path = format!("/admin/users/{login}");
        self.must(Method::PATCH, &path, Some(body)).await;
    }

    /// Forbids signing in.
    pub async fn disable_user(&self, login: &str) {
        self.edit_user(login, json!({"prohibit_login": true})).await;
    }

    /// Allows signing in again.
    pub async fn enable_user(&self, login: &str) {
        self.edit_user(login, json!({"prohibit_login": false}))
            .await;
    }

    /// Makes a user a site administrator.
    pub async fn promote_user(&self, login: &str) {
        self.edit_user(login, json!({"admin": true})).await;
    }

    pub async fn rename_user(&self, from: &str, to: &str) {
        let path = format!("/admin/users/{from}/rename");
        let body = json!({"new_username": to});
        self.must(Method::POST, &path, Some(body)).await;
    }

    /// Deletes a user with all memberships.
    pub async fn delete_user(&self, login: &str) {
        let path = format!("/admin/users/{login}?purge=true");
        self.must(Method::DELETE, &path, None).await;
    }

    /// A new public organization; its owner is the one member of its Owners team. Gives its id.
    pub async fn organization(&self, name: &str, owner: &str) -> i64 {
        self.organization_of(name, owner, "public").await
    }

    /// The same with a visibility: `public`, `limited` or `private`.
    pub async fn organization_of(&self, name: &str, owner: &str, visibility: &str) -> i64 {
        let body = json!({"username": name, "visibility": visibility});
        let path = format!("/admin/users/{owner}/orgs");
        id(&self.must(Method::POST, &path, Some(body)).await)
    }

    pub async fn rename_organization(&self, from: &str, to: &str) {
        let body = json!({"new_name": to});
        let path = format!("/orgs/{from}/rename");
        self.must(Method::POST, &path, Some(body)).await;
    }

    pub async fn delete_organization(&self, name: &str) {
        let path = format!("/orgs/{name}");
        self.must(Method::DELETE, &path, None).await;
    }

    /// A new team with these units (`("repo.code", "write")`) on repositories added to it; gives its id.
    pub async fn team(&self, org: &str, name: &str, units: &[(&str, &str)]) -> i64 {
        let units: serde_json::Map<_, _> = units
            .iter()
            .map(|(unit, level)| ((*unit).to_owned(), json!(level)))
            .collect();
        let body = json!({"name": name, "permission": "read", "units_map": units});
        let path = format!("/orgs/{org}/teams");
        id(&self.must(Method::POST, &path, Some(body)).await)
    }

    /// The id of an organization's team.
    pub async fn team_id(&self, org: &str, name: &str) -> i64 {
        let path = format!("/orgs/{org}/teams?limit=50");
        let teams = self.must(Method::GET, &path, None).await;
        let mut teams = teams.as_array().unwrap().iter();
        let found = teams.find(|team| team["name"] == name);
        id(found.unwrap_or_else(|| panic!("no team {name} in {org}")))
    }

    pub async fn rename_team(&self, team: i64, name: &str) {
        let path = format!("/teams/{team}");
        let body = json!({"name": name});
        self.must(Method::PATCH, &path, Some(body)).await;
    }

    pub async fn delete_team(&self, team: i64) {
        let path = format!("/teams/{team}");
        self.must(Method::DELETE, &path, None).await;
    }

    pub async fn add_member(&self, team: i64, login: &str) {
        let path = format!("/teams/{team}/members/{login}");
        self.must(Method::PUT, &path, None).await;
    }

    pub async fn remove_member(&self, team: i64, login: &str) {
        let path = format!("/teams/{team}/members/{login}");
        self.must(Method::DELETE, &path, None).await;
    }

    /// A new repository with a first commit; gives its id.
    pub async fn repository(&self, org: &str, name: &str, private: bool) -> i64 {
        let body = json!({"name": name, "private": private, "auto_init": true});
        let path = format!("/orgs/{org}/repos");
        id(&self.must(Method::POST, &path, Some(body)).await)
    }

    /// Gives a team its units on a repository.
    pub async fn add_repository(&self, team: i64, org: &str, repository: &str) {
        let path = format!("/teams/{team}/repos/{org}/{repository}");
        self.must(Method::PUT, &path, None).await;
    }

    /// A new personal access token, made with the user's password.
    pub async fn token(&self, login: &str, name: &str, scopes: &[&str]) -> String {
        let url = format!("/users/{login}/tokens");
        let body = json!({"name": name, "scopes": scopes});
        let made = self.by_password(login, &url, body).await;
        made["sha1"].as_str().unwrap().to_owned()
    }

    /// A confidential OAuth application of a user: client id and secret.
    pub async fn application(&self, login: &str, redirect_uri: &str) -> (String, String) {
        let body = json!({
            "name": "samovar",
            "redirect_uris": [redirect_uri],
            "confidential_client": true,
        });
        let made = self
            .by_password(login, "/user/applications/oauth2", body)
            .await;
        let word = |name: &str| made[name].as_str().unwrap().to_owned();
        (word("client_id"), word("client_secret"))
    }

    async fn by_password(&self, login: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/api/v1{path}", self.url());
        let answer = self
            .http
            .post(&url)
            .basic_auth(login, Some(Self::password(login)))
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status.as_u16(), 201, "POST {path} as {login}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The user that Samovar works as, its token of read scopes, and its OAuth application.
    pub async fn service_identity(&self, redirect_uri: &str) -> ServiceIdentity {
        let login = "samovar";
        self.user(login).await;
        self.promote_user(login).await;
        let scopes = [
            "read:admin",
            "read:organization",
            "read:user",
            "read:repository",
        ];
        let token = self.token(login, "samovar", &scopes).await;
        let (client_id, client_secret) = self.application(login, redirect_uri).await;
        ServiceIdentity {
            login: login.to_owned(),
            client_id,
            client_secret,
            token,
        }
    }
}

fn id(answer: &Value) -> i64 {
    let id = answer["id"].as_i64();
    id.unwrap_or_else(|| panic!("no id in {answer}"))
}
