//! A real Gitea in a folder of its own on a free port: settings, schema, administrator, start, stop. Only told by the
//! environment where the binary is; knows nothing of Samovar.

use super::browser::plain_client;
use super::gitea::{ADMIN, ADMIN_PASSWORD};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// See the head of this file. Killed when dropped.
pub struct RealGitea {
    binary: PathBuf,
    folder: TempDir,
    url: String,
    process: Option<Child>,
}

impl RealGitea {
    /// Starts the binary that `SAMOVAR_TEST_GITEA` names; `None` when it names none.
    pub async fn from_environment() -> Option<Self> {
        let binary = PathBuf::from(variable("SAMOVAR_TEST_GITEA")?);
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let settings = settings(&folder, port);
        std::fs::create_dir_all(folder.path().join("data")).unwrap();
        std::fs::write(folder.path().join("app.ini"), settings).unwrap();
        let mut gitea = Self {
            binary,
            folder,
            url: format!("http://127.0.0.1:{port}"),
            process: None,
        };
        gitea.run(&["migrate"]).await;
        let email = format!("{ADMIN}@acme.test");
        gitea
            .run(&[
                "admin",
                "user",
                "create",
                "--username",
                ADMIN,
                "--password",
                ADMIN_PASSWORD,
                "--email",
                &email,
                "--admin",
                "--must-change-password=false",
            ])
            .await;
        gitea.start().await;
        Some(gitea)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts the server and waits until it is healthy.
    pub async fn start(&mut self) {
        let mut command = self.command(&["web"]);
        let child = command.kill_on_drop(true).spawn();
        self.process = Some(child.unwrap());
        let client = plain_client();
        let health = format!("{}/api/healthz", self.url);
        for _ in 0..600 {
            let answer = client.get(&health).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            // another program's start has no event to wait for
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "gitea did not become healthy; run it by hand with {}",
            self.config()
        );
    }

    /// Kills the server and waits for its end.
    pub async fn stop(&mut self) {
        if let Some(mut child) = self.process.take() {
            child.kill().await.unwrap();
        }
    }

    async fn run(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().await.unwrap();
        assert!(
            output.status.success(),
            "gitea {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .args(["--config", &self.config()])
            .current_dir(self.folder.path())
            .env("GITEA_WORK_DIR", self.folder.path())
            .env("HOME", self.folder.path())
            .env("GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn config(&self) -> String {
        self.folder.path().join("app.ini").display().to_string()
    }
}

fn settings(folder: &TempDir, port: u16) -> String {
    let work = folder.path().display();
    let root = variable("SAMOVAR_TEST_GITEA_ROOT")
        .map(|root| format!("STATIC_ROOT_PATH = {root}\n"))
        .unwrap_or_default();
    format!(
        "WORK_PATH = {work}\nRUN_MODE = prod\n\
         [server]\nPROTOCOL = http\nHTTP_ADDR = 127.0.0.1\nHTTP_PORT = {port}\n\
         ROOT_URL = http://127.0.0.1:{port}/\nDISABLE_SSH = true\n{root}\
         [database]\nDB_TYPE = sqlite3\nPATH = {work}/gitea.db\n\
         [repository]\nROOT = {work}/repositories\n\
         [security]\nINSTALL_LOCK = true\nSECRET_KEY = of-a-test\n\
         [oauth2]\nJWT_SIGNING_ALGORITHM = ES256\n\
         [service]\nDISABLE_REGISTRATION = true\n\
         [webhook]\nALLOWED_HOST_LIST = loopback\n\
         [mailer]\nENABLED = false\n\
         [log]\nMODE = console\nLEVEL = Warn\n"
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test world is told by the environment which Gitea to use"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
