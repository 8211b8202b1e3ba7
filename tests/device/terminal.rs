//! `samovar login`, `token`, `whoami`, `explain` and `logout` as a person runs them.

use crate::device::person::Person;
use crate::oauth::stage::{Stage, part};
use crate::support::browser::Page;
use crate::support::process::built;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// A terminal with a home folder of its own.
pub struct Terminal {
    home: TempDir,
}

/// The exit code and output of a command.
#[derive(Debug)]
pub struct CommandOutput {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl CommandOutput {
    /// The JSON on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Terminal {
    pub fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
        }
    }

    pub fn file(&self) -> PathBuf {
        self.home.path().join(".config/samovar/credentials.json")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(built("samovar"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path());
        command.kill_on_drop(true);
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> CommandOutput {
        command_output(self.command(arguments).output().await.unwrap())
    }

    /// Signs in, with this answer of a person in a browser; returns the consent page too.
    pub async fn login(&self, stage: &Stage, login: &str, answer: &str) -> (CommandOutput, Page) {
        let arguments = ["login", "--server", stage.samovar.url()];
        self.login_with(stage, &arguments, login, answer).await
    }

    /// The same with these arguments.
    pub async fn login_with(
        &self,
        stage: &Stage,
        arguments: &[&str],
        login: &str,
        answer: &str,
    ) -> (CommandOutput, Page) {
        let mut command = self.command(arguments);
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut address = None;
        while address.is_none() {
            let line = lines.next_line().await.unwrap().expect("an address");
            address = line
                .trim()
                .strip_prefix(stage.samovar.url())
                .map(str::to_owned);
        }
        let address = address.unwrap();
        let code = address.strip_prefix("/device?user_code=").unwrap();
        let mut person = Person::signed_in(stage, login).await;
        let (consent, _) = person.answer(code, answer).await;
        let mut rest = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            rest.extend([line.as_str(), "\n"]);
        }
        let mut finished = command_output(child.wait_with_output().await.unwrap());
        finished.err = rest;
        (finished, consent)
    }

    /// Signs in; fails unless it succeeds.
    pub async fn signed_in(stage: &Stage, login: &str) -> Self {
        let terminal = Self::new();
        let (finished, _) = terminal.login(stage, login, "allow").await;
        assert_eq!(finished.code, 0, "{finished:?}");
        terminal
    }
}

pub fn command_output(output: std::process::Output) -> CommandOutput {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    CommandOutput {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[tokio::test]
async fn one_sign_in_gives_tokens_for_every_audience() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::new();
    let (finished, consent) = terminal.login(&stage, "ben", "allow").await;
    let expected = format!("signed in at {} as ben\n", stage.samovar.url());
    assert_eq!(
        (finished.code, &finished.out),
        (0, &expected),
        "{finished:?}"
    );
    for shown in [
        "samovar-cli",
        "samovar-cli/",
        "127.0.0.1",
        "everything that you can do",
    ] {
        assert!(consent.body.contains(shown), "{shown}: {}", consent.body);
    }
    assert_file_is_private(&terminal);

    let token = terminal.run(&["token", "--audience", "deploy-api"]).await;
    assert_eq!((token.code, token.err.as_str()), (0, ""));
    let claims = part(token.out.trim_end(), 1);
    assert_eq!(
        (&claims["aud"], &claims["client_id"]),
        (&json!("deploy-api"), &json!("samovar-cli"))
    );
    assert_eq!(
        (&claims["scope"], &claims["preferred_username"]),
        (&json!("deployments:write"), &json!("ben"))
    );
    assert_eq!(stage.check_token(token.out.trim_end()).await.status, 200);

    let arguments = [
        "token",
        "--audience",
        "deploy-api",
        "--scope",
        "deployments:write",
        "--json",
    ];
    let whole = terminal.run(&arguments).await.json();
    assert_eq!(
        (&whole["token_type"], &whole["scope"]),
        (&json!("Bearer"), &json!("deployments:write"))
    );
    assert_eq!(whole.get("refresh_token"), None);

    let me = terminal.run(&["whoami"]).await;
    assert!(
        me.out.starts_with("ben at http") && me.out.contains("acme/Deployers"),
        "{me:?}"
    );
    let me = terminal.run(&["whoami", "--json"]).await.json();
    assert_eq!(me["principal"]["login"], "ben");

    let grants = stage.ada.get("/grants").await;
    assert_eq!(
        grants["items"][0]["client"]["name"], "samovar-cli",
        "{grants}"
    );
    assert_eq!(grants["items"][0].get("application"), None);
    signs_out(&terminal, &mut stage).await;
}

fn assert_file_is_private(terminal: &Terminal) {
    for (path, mode) in [
        (terminal.file(), 0o600),
        (terminal.file().with_file_name(""), 0o700),
    ] {
        let about = std::fs::metadata(&path).unwrap();
        assert_eq!(
            about.permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
}

async fn signs_out(terminal: &Terminal, stage: &mut Stage) {
    let logout = terminal.run(&["logout"]).await;
    assert_eq!(
        logout.out,
        format!("signed out of {}\n", stage.samovar.url()),
        "{logout:?}"
    );
    assert!(!terminal.file().exists());
    assert_eq!(stage.ada.get("/grants").await["items"], json!([]));
    assert_eq!(terminal.run(&["logout"]).await.code, 3);
}

#[tokio::test]
async fn exit_code_4_with_the_servers_message_when_denied() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    for (arguments, message) in [
        (&["token", "--audience", "nowhere"][..], "no application"),
        (
            &[
                "token",
                "--audience",
                "deploy-api",
                "--scope",
                "billing:read",
            ],
            "billing:read",
        ),
        (
            &[
                "explain",
                "--host",
                "x",
                "--method",
                "GET",
                "--path",
                "/",
                "--anonymous",
            ],
            "samovar.decisions:explain",
        ),
    ] {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let denied = terminal.run(&arguments).await;
        assert_eq!(denied.code, 4, "{denied:?}");
        assert_eq!(denied.json()["error"], "refused");
        assert!(
            denied.err.starts_with("samovar: ") && denied.err.contains(message),
            "{denied:?}"
        );
        assert_eq!(denied.err.lines().count(), 1);
    }
}

/// Explains a deployment.
const EXPLAIN: [&str; 7] = [
    "explain",
    "--host",
    crate::oauth::stage::HOST,
    "--method",
    "post",
    "--path",
    "/deploy/7",
];

#[tokio::test]
async fn explain_without_permission_is_limited_to_the_caller() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    let output = terminal.run(&EXPLAIN).await;
    assert_eq!(output.code, 0, "{output:?}");
    let granted = output.out.contains("deployments:write");
    assert!(output.out.starts_with("allow\n- ") && granted, "{output:?}");
    let unmatched = [&EXPLAIN[..6], &["/unmatched", "--json"]].concat();
    let output = terminal.run(&unmatched).await.json();
    assert_eq!(output["code"], "route_unknown", "{output}");
    let other = [&EXPLAIN[..], &["--user", &stage.application]].concat();
    assert_eq!(terminal.run(&other).await.code, 4);
}

#[tokio::test]
async fn an_administrator_explains_decisions_of_others() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::signed_in(&stage, "ada").await;
    let people = stage.ada.get("/users").await;
    let ben = people["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["login"] == "ben")
        .unwrap();
    let about = ["--user", ben["id"].as_str().unwrap()];
    let arguments = [&EXPLAIN[..], &about].concat();
    let output = terminal.run(&arguments).await;
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.out.starts_with("allow\n- ") && output.out.contains("deployments:write"),
        "{output:?}"
    );
    let anonymous = [&EXPLAIN[..], &["--anonymous", "--json"]].concat();
    let output = terminal.run(&anonymous).await;
    assert_eq!(
        (output.code, &output.json()["verdict"]),
        (0, &json!("deny")),
        "{output:?}"
    );
}

#[tokio::test]
async fn explain_names_the_missing_scope_of_a_service_account() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let terminal = Terminal::signed_in(&stage, "ada").await;
    let arguments = [
        "explain",
        "--host",
        crate::oauth::stage::HOST,
        "--method",
        "POST",
        "--path",
        "/deploy/7",
        "--service-account",
        &machine.id,
    ];
    let output = terminal.run(&arguments).await;
    assert!(
        output.out.starts_with("allow\n- ") && output.out.contains("\nfreshness: "),
        "{output:?}"
    );
    let scope = ["--scope", "deployments:read", "billing:read", "--json"];
    let output = terminal.run(&[&arguments[..], &scope].concat()).await;
    assert_eq!(output.code, 0, "{output:?}");
    assert_eq!(output.json()["code"], "scope_insufficient", "{output:?}");
    let both = [&arguments[..], &["--user", &machine.id]].concat();
    assert_eq!(terminal.run(&both).await.code, 2);
}

#[tokio::test]
async fn a_declined_or_ended_sign_in_gives_no_token() {
    let mut stage = Stage::set().await;
    let terminal = Terminal::new();
    let (declined, _) = terminal.login(&stage, "ben", "decline").await;
    assert_eq!(declined.code, 4, "{declined:?}");
    assert!(declined.err.contains("declined") && !terminal.file().exists());

    let (finished, _) = terminal.login(&stage, "ben", "allow").await;
    assert_eq!(finished.code, 0, "{finished:?}");
    let grants = stage.ada.get("/grants").await;
    let grant = grants["items"][0]["id"].as_str().unwrap();
    stage
        .ada
        .must("DELETE", &format!("/grants/{grant}"), &Value::Null)
        .await;
    let ended = terminal
        .run(&["token", "--audience", "samovar", "--json"])
        .await;
    assert_eq!(ended.code, 3, "{ended:?}");
    assert_eq!(ended.json()["error"], "not_signed_in");
    assert!(ended.err.contains("samovar login"), "{ended:?}");
}

#[tokio::test]
async fn a_disabled_account_is_denied_and_not_asked_to_sign_in() {
    let mut stage = Stage::set().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    stage.gitea.disable_user("ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let arguments = ["token", "--audience", "samovar", "--json"];
    let denied = terminal.run(&arguments).await;
    assert_eq!(
        (denied.code, &denied.json()["error"]),
        (4, &json!("refused")),
        "{denied:?}"
    );
    assert!(denied.err.contains("disabled"), "{denied:?}");
    assert!(!denied.err.contains("samovar login"), "{denied:?}");
}

#[tokio::test]
async fn concurrent_shells_share_one_sign_in() {
    let mut stage = Stage::set().await;
    let terminal = std::sync::Arc::new(Terminal::signed_in(&stage, "ben").await);
    let shells: Vec<_> = (0..12)
        .map(|_| {
            let terminal = std::sync::Arc::clone(&terminal);
            tokio::spawn(async move { terminal.run(&["token", "--audience", "samovar"]).await })
        })
        .collect();
    for shell in shells {
        let token = shell.await.unwrap();
        assert_eq!((token.code, token.err.as_str()), (0, ""), "{token:?}");
    }
    assert_eq!(terminal.run(&["whoami"]).await.code, 0);
    let replays = stage.ada.get("/audit-events?action=grant.replay").await;
    assert_eq!(replays["items"], json!([]));
}
