//! The real Samovar binary in a folder of its own, and an administrator who uses its API from a browser's session. Knows
//! the configuration file, the addresses and the API as a user does; names no module.

use super::browser::Browser;
use super::process::{Program, built, free_address};
use super::world::{GiteaWorld, ServiceIdentity};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// A running Samovar; killed when dropped.
pub struct Samovar {
    program: Program,
    address: SocketAddr,
    checks: SocketAddr,
    url: String,
    folder: PathBuf,
    own: ServiceIdentity,
    environment: Vec<(String, String)>,
}

/// What else it is started with.
#[derive(Default)]
pub struct More {
    /// Where it listens; a free address when it does not matter.
    pub address: Option<SocketAddr>,
    /// More lines of the configuration, the first of them for the section `[mirror]`.
    pub lines: String,
    pub environment: Vec<(String, String)>,
}

/// Name of the configuration file in its folder.
const FILE: &str = "samovar.toml";

/// The seal key of every test: 32 bytes in base64.
const SEAL_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// An address of its own, because cookies ignore ports: Gitea is on 127.0.0.1.
const HOST: [u8; 4] = [127, 0, 0, 2];

impl Samovar {
    /// Starts it in an existing folder, as a client of that Gitea.
    pub async fn start(folder: &Path, gitea: &GiteaWorld) -> Self {
        Self::start_with(folder, gitea, "").await
    }

    /// The same with more lines for the section `[mirror]`.
    pub async fn start_with(folder: &Path, gitea: &GiteaWorld, mirror: &str) -> Self {
        let more = More {
            lines: mirror.to_owned(),
            ..More::default()
        };
        Self::start_as(folder, gitea, more).await
    }

    /// The same with all that can be said.
    pub async fn start_as(folder: &Path, gitea: &GiteaWorld, more: More) -> Self {
        let address = more.address.unwrap_or_else(Self::free_address);
        let url = format!("http://{address}");
        let callback = format!("{url}/auth/callback/gitea");
        let own = gitea.service_identity(&callback).await;
        let checks = Self::free_address();
        let text = configuration(folder, [address, checks], gitea, &own) + &more.lines;
        std::fs::write(folder.join(FILE), text).unwrap();
        Self {
            program: run(folder, address, &own, &more.environment).await,
            address,
            checks,
            url,
            folder: folder.to_owned(),
            own,
            environment: more.environment,
        }
    }

    /// Where it could listen.
    pub fn free_address() -> SocketAddr {
        free_address(HOST)
    }

    /// The same again after a polite end and a new start.
    pub async fn restart(self) -> Self {
        assert_eq!(self.program.end().await, Some(0));
        Self {
            program: run(&self.folder, self.address, &self.own, &self.environment).await,
            ..self
        }
    }

    /// It no longer responds at its address.
    pub async fn go_away(&mut self) {
        assert_eq!(self.program.stop().await, Some(0));
    }

    /// Answers there again.
    pub async fn come_back(&mut self) {
        self.program = run(&self.folder, self.address, &self.own, &self.environment).await;
    }

    /// Its own address, without a last slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it answers the checks of proxies, without a last slash.
    pub fn checks(&self) -> String {
        format!("http://{}", self.checks)
    }

    /// Where its state is.
    pub fn state_folder(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The one-time code that makes the first administrator.
    pub fn claim_code(&self) -> String {
        let file = self.state_folder().join("claim-code");
        let text = std::fs::read_to_string(file).unwrap();
        text.trim().to_owned()
    }

    /// Runs a command of the operator on the server, with this text on its standard input.
    pub async fn operate(&self, words: &[&str], input: &str) {
        let mut command = Command::new(built("samovar"));
        let command = command.args(words).arg("--socket");
        let mut running = command
            .arg(self.folder.join("admin.sock"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = running.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        assert!(running.wait().await.unwrap().success(), "{words:?}");
    }

    /// A person signed in at Samovar itself.
    pub async fn sign_in(&self, gitea: &GiteaWorld, login: &str) -> SignedIn {
        let mut browser = Browser::new();
        let url = format!("{}/auth/sign-in?provider=gitea", self.url);
        let page = browser.visit(&url, gitea, login).await;
        assert!(page.status < 400, "{} {}", page.status, page.body);
        SignedIn {
            url: self.url.clone(),
            browser,
        }
    }

    /// The first administrator.
    pub async fn claim(&self, gitea: &GiteaWorld, login: &str) -> SignedIn {
        let mut person = self.sign_in(gitea, login).await;
        let body = json!({"code": self.claim_code()});
        person.must("POST", "/administrator/claim", &body).await;
        person
    }

    pub fn program(&mut self) -> &mut Program {
        &mut self.program
    }

    /// Asks it to end and waits; gives its exit code.
    pub async fn end(self) -> Option<i32> {
        self.program.end().await
    }
}

async fn run(
    folder: &Path,
    address: SocketAddr,
    own: &ServiceIdentity,
    environment: &[(String, String)],
) -> Program {
    let mut command = Command::new(built("samovar"));
    command
        .arg("serve")
        .arg("--config")
        .arg(folder.join(FILE))
        .env("SAMOVAR_GITEA_CLIENT_SECRET", &own.client_secret)
        .env("SAMOVAR_GITEA_TOKEN", &own.token)
        .env("SAMOVAR_SEAL_KEY", SEAL_KEY)
        .envs(environment.iter().cloned());
    let mut program = Program::start("samovar", folder, command);
    program.ready(address).await;
    program
}

/// The shortest freshness bound there is, so that tests wait no longer than they must.
fn configuration(
    folder: &Path,
    [address, checks]: [SocketAddr; 2],
    gitea: &GiteaWorld,
    own: &ServiceIdentity,
) -> String {
    format!(
        "[server]\nexternal_url = 'http://{address}'\nlisten = ['{address}']\nforward_auth_listen = ['{checks}']\ntrusted_proxies = ['127.0.0.0/8']\n\
         state_dir = '{folder}/state'\nadmin_socket = '{folder}/admin.sock'\nallow_plain_http_on_loopback = true\n\
         [gitea]\nurl = '{}'\nclient_id = '{}'\n[mirror]\nfreshness_bound = '5s'\n",
        gitea.url(),
        own.client_id,
        folder = folder.display(),
    )
}

/// A person signed in at Samovar, who may use its API.
pub struct SignedIn {
    url: String,
    pub browser: Browser,
}

impl SignedIn {
    /// A person who has signed in by another way than Gitea.
    pub fn of(samovar: &Samovar, browser: Browser) -> Self {
        let url = samovar.url().to_owned();
        Self { url, browser }
    }

    /// A call to the API: status and JSON (`null` without a body).
    pub async fn api(&mut self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.over(None, method, path, body).await
    }

    /// Writes an object over the version that it was read in.
    pub async fn replace(&mut self, path: &str, version: &Value, body: &Value) -> (u16, Value) {
        let version = format!("\"{version}\"");
        self.over(Some(&version), "PUT", path, Some(body)).await
    }

    /// Deletes an object in the version that it was read in.
    pub async fn delete(&mut self, path: &str, version: &Value) -> (u16, Value) {
        let version = format!("\"{version}\"");
        self.over(Some(&version), "DELETE", path, None).await
    }

    async fn over(
        &mut self,
        version: Option<&str>,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let url = format!("{}/api/v1{path}", self.url);
        let origin = self.url.clone();
        let mut headers = vec![
            ("accept", "application/json"),
            ("content-type", "application/json"),
            ("origin", origin.as_str()),
        ];
        headers.extend(version.map(|version| ("if-match", version)));
        let method: Method = method.parse().unwrap();
        let body = body.map(Value::to_string);
        let page = self.browser.send(method, &url, &headers, body).await;
        let json = serde_json::from_str(&page.body).unwrap_or(Value::Null);
        (page.status, json)
    }

    /// The same where success is owed.
    pub async fn must(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let sent = (!body.is_null()).then_some(body);
        let (status, answer) = self.api(method, path, sent).await;
        let well = (200..300).contains(&status);
        assert!(well, "{method} {path}: {status} {answer}");
        answer
    }

    pub async fn get(&mut self, path: &str) -> Value {
        self.must("GET", path, &Value::Null).await
    }
}
