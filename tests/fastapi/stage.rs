//! The real Samovar with an application, a team for each role, a service account and clients; and the example before it,
//! whose clock can be moved.

use crate::fastapi::environments::Environment;
use crate::support::browser::{form, plain_client};
use crate::support::process::{Program, free_address};
use crate::support::samovar::{Samovar, SignedIn};
use crate::support::world::GiteaWorld;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::process::Command;

/// See the head of this file.
pub struct Stage {
    pub gitea: GiteaWorld,
    pub samovar: Samovar,
    /// The administrator.
    pub ada: SignedIn,
    /// Id of the application `deploy-api`.
    pub application: String,
    /// Id of the team *acme/Deployers*, in which ben is.
    pub deployers: i64,
    /// Id and secret of a service account with the role `deployer`.
    pub machine: (String, String),
    /// Public client of the docs page.
    pub docs_client: String,
    /// Where the example answers.
    pub address: SocketAddr,
    pub folder: TempDir,
    /// Id and secret of the application's confidential client.
    pub confidential: (String, String),
    example: Option<Program>,
}

/// An answer: status and JSON (`null` without a body).
pub type Answer = (u16, Value);

impl Stage {
    pub async fn set() -> Self {
        Self::set_with("").await
    }

    /// With more lines for the section `[mirror]` of Samovar's configuration.
    pub async fn set_with(mirror: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let gitea = people().await;
        let deployers = gitea.team_id("acme", "Deployers").await;
        let samovar = Samovar::start_with(folder.path(), &gitea, mirror).await;
        let mut ada = samovar.claim(&gitea, "ada").await;
        let address = free_address([127, 0, 0, 3]);
        let application = policy(&mut ada, address).await;
        let machine = machine(&mut ada, &application, deployers).await;
        let docs_client = client(&mut ada, &application, "docs", address).await;
        let confidential = client(&mut ada, &application, "server", address).await;
        let path = format!("/clients/{confidential}/secrets");
        let secret = ada.must("POST", &path, &json!({})).await;
        let mut stage = Self {
            gitea,
            samovar,
            ada,
            application,
            deployers,
            machine,
            docs_client,
            address,
            folder,
            confidential: (confidential, text(&secret, "secret")),
            example: None,
        };
        stage.start_example().await;
        stage
    }

    /// Starts the example anew, without anything that it knew.
    pub async fn start_example(&mut self) {
        if let Some(example) = self.example.take() {
            example.kill().await;
        }
        let mut command = served("served", self.address).await;
        let swagger = root().join("tests/browser/node_modules/swagger-ui-dist");
        command
            .env("SAMOVAR_URL", self.samovar.url())
            .env("SAMOVAR_DOCS_CLIENT_ID", &self.docs_client)
            .env("SAMOVAR_CLIENT_ID", &self.confidential.0)
            .env("SAMOVAR_CLIENT_SECRET", &self.confidential.1)
            .env("SAMOVAR_GITEA_TOKENS", "yes")
            .env("SWAGGER_UI", swagger)
            .env("CLOCK", self.folder.path().join("clock"));
        let mut example = Program::start("example", self.folder.path(), command);
        example.ready(self.address).await;
        self.example = Some(example);
    }

    /// The application takes tokens of this OAuth application of Gitea's from now on.
    pub async fn take_tokens_of(&mut self, client: &str) {
        let path = format!("/applications/{}", self.application);
        let mut draft = self.ada.get(&path).await;
        let members = draft.as_object_mut().unwrap();
        members.remove("id");
        members.remove("warnings");
        let version = members.remove("version").unwrap();
        draft["tokens"]["gitea_tokens"] = json!({"personal": true, "oauth_clients": [client]});
        let (status, answer) = self.ada.replace(&path, &version, &draft).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// The example's clocks are so many seconds ahead of ours from now on.
    pub fn ahead(&self, seconds: u32) {
        let file = self.folder.path().join("clock");
        std::fs::write(file, seconds.to_string()).unwrap();
    }

    /// A token of the service account; more parameters than the audience.
    pub async fn token(&self, audience: &str, more: &[(&str, &str)]) -> String {
        let (id, secret) = &self.machine;
        let mut pairs = vec![("grant_type", "client_credentials"), ("audience", audience)];
        pairs.extend(more);
        let request = self.oauth("token", &pairs).basic_auth(id, Some(secret));
        let (status, answer) = answer(request).await;
        assert_eq!(status, 200, "{answer}");
        text(&answer, "access_token")
    }

    /// A form for an endpoint of the authorization server.
    fn oauth(&self, endpoint: &str, pairs: &[(&str, &str)]) -> RequestBuilder {
        let request = plain_client().post(format!("{}/oauth/{endpoint}", self.samovar.url()));
        let kind = "application/x-www-form-urlencoded";
        request.header("content-type", kind).body(form(pairs))
    }

    /// A call to the example.
    pub async fn call(&self, method: Method, path: &str, credential: &str) -> Answer {
        let url = format!("http://{}{path}", self.address);
        let request = plain_client().request(method, url);
        answer(request.header("authorization", credential)).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, &format!("Bearer {token}"))
            .await
    }

    pub async fn post(&self, path: &str, token: &str) -> Answer {
        self.call(Method::POST, path, &format!("Bearer {token}"))
            .await
    }

    pub async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call(Method::DELETE, path, &format!("Bearer {token}"))
            .await
    }

    /// Changes the application's token settings.
    pub async fn change_tokens(&mut self, name: &str, value: Value) {
        let path = format!("/applications/{}", self.application);
        let mut application = self.ada.get(&path).await;
        application["tokens"][name] = value;
        change(&mut self.ada, &path, application).await;
    }

    /// Gives a role other permissions.
    pub async fn change_role(&mut self, name: &str, permissions: &Value) {
        let roles = self.ada.get("/roles?limit=200").await;
        let mut roles = roles["items"].as_array().unwrap().iter();
        let role = roles.find(|role| role["name"] == name).unwrap();
        let path = format!("/roles/{}", text(role, "id"));
        let role = self.ada.get(&path).await;
        let changed = json!({
            "name": name, "description": role["description"], "permissions": permissions,
            "version": role["version"],
        });
        change(&mut self.ada, &path, changed).await;
    }

    /// Has Samovar read everything from Gitea now.
    pub async fn sync(&mut self) {
        self.ada.must("POST", "/mirror/sync", &Value::Null).await;
    }
}

/// What is shown of an object and not written.
const SHOWN: [&str; 7] = [
    "id",
    "warnings",
    "version",
    "owner_name",
    "state",
    "secrets",
    "created_at",
];

/// Writes an object back, over the version that it was read in.
pub async fn change(ada: &mut SignedIn, path: &str, mut object: Value) {
    let version = object["version"].clone();
    let members = object.as_object_mut().unwrap();
    members.retain(|name, _| !SHOWN.contains(&name.as_str()));
    let (status, answer) = ada.replace(path, &version, &object).await;
    assert_eq!(status, 200, "{answer}");
}

/// The code of a refusal.
pub fn code((status, document): &Answer) -> (u16, &str) {
    (*status, document["code"].as_str().unwrap_or("none"))
}

/// uvicorn with an application of this folder.
pub async fn served(module: &str, address: SocketAddr) -> Command {
    let mut command = Environment::newest().await.python();
    command
        // of the example; the package is installed
        .env("PYTHONPATH", root().join("packaging/fastapi"))
        .args(["-m", "uvicorn", &format!("{module}:app")])
        .arg("--app-dir")
        .arg(root().join("tests/fastapi"))
        .args(["--host", &address.ip().to_string()])
        .args(["--port", &address.port().to_string()]);
    command
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

async fn people() -> GiteaWorld {
    let gitea = GiteaWorld::start().await;
    for login in ["ada", "ben", "cleo", "dan"] {
        gitea.user(login).await;
    }
    gitea.promote_user("ada").await;
    gitea.organization("acme", "ada").await;
    for (name, member) in [("Deployers", "ben"), ("Readers", "cleo")] {
        let team = gitea.team("acme", name, &[("repo.code", "read")]).await;
        gitea.add_member(team, member).await;
    }
    gitea
}

/// The application and a role for each team; gives the application's id.
async fn policy(ada: &mut SignedIn, address: SocketAddr) -> String {
    let route =
        json!({"methods": ["GET", "POST"], "path": "/**", "requirement": {"kind": "signed-in"}});
    let draft = json!({
        "name": "deploy-api",
        "hosts": [format!("127.0.0.4:{}", address.port())],
        "routes": [route],
        "tokens": {"gitea_tokens": {"personal": true}},
    });
    let application = ada.must("POST", "/applications", &draft).await;
    let id = text(&application, "id");
    ada.must("POST", "/mirror/sync", &Value::Null).await;
    let teams = ada.get("/teams?limit=200").await;
    let every = json!([
        "deployments:read",
        "deployments:write",
        "deployments:delete"
    ]);
    for (role, permissions, team) in [
        ("deployer", every, "Deployers"),
        ("viewer", json!(["deployments:read"]), "Readers"),
    ] {
        let role = json!({"name": role, "permissions": permissions});
        let role = text(&ada.must("POST", "/roles", &role).await, "id");
        let mut items = teams["items"].as_array().unwrap().iter();
        let team = items.find(|each| each["name"] == team).unwrap();
        bind(ada, &role, json!({"kind": "team", "id": team["id"]}), &id).await;
    }
    id
}

async fn bind(ada: &mut SignedIn, role: &str, subject: Value, application: &str) {
    let range = json!({"kind": "application", "id": application});
    let binding = json!({"role": role, "subject": subject, "range": range});
    ada.must("POST", "/role-bindings", &binding).await;
}

/// A service account of the team, with the team's role; gives its id and a secret.
async fn machine(ada: &mut SignedIn, application: &str, team: i64) -> (String, String) {
    let draft = json!({"name": "ci", "owner": {"kind": "team", "id": team}});
    let id = text(&ada.must("POST", "/service-accounts", &draft).await, "id");
    let path = format!("/service-accounts/{id}/secrets");
    let secret = text(&ada.must("POST", &path, &json!({})).await, "secret");
    let roles = ada.get("/roles?limit=200").await;
    let mut roles = roles["items"].as_array().unwrap().iter();
    let role = text(roles.find(|role| role["name"] == "deployer").unwrap(), "id");
    let subject = json!({"kind": "service-account", "id": id});
    bind(ada, &role, subject, application).await;
    (id, secret)
}

/// A client of the application: public for its docs page, confidential otherwise.
async fn client(ada: &mut SignedIn, application: &str, name: &str, host: SocketAddr) -> String {
    let public = name == "docs";
    let draft = json!({
        "name": name,
        "application_id": application,
        "kind": if public { "public" } else { "confidential" },
        "redirect_uris": [format!("http://{host}/docs/oauth2-redirect")],
        "first_party": true,
    });
    text(&ada.must("POST", "/clients", &draft).await, "id")
}

async fn answer(request: RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

pub fn text(object: &Value, member: &str) -> String {
    let text = object[member].as_str();
    text.unwrap_or_else(|| panic!("no {member} in {object}"))
        .to_owned()
}
