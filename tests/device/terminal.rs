//! `samovar login`, `token`, `whoami`, `explain`, `logout` as a person types them.

use crate::person::Person;
use crate::stage::{Stage, part};
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

/// What a command came to.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
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

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(built("samovar"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.home.path());
        command.kill_on_drop(true);
        command
    }

    pub async fn run(&self, words: &[&str]) -> Done {
        done(self.command(words).output().await.unwrap())
    }

    /// Signs in, with that answer of a person in a browser; gives the page that asked.
    pub async fn login(&self, stage: &Stage, login: &str, answer: &str) -> (Done, Page) {
        let words = ["login", "--server", stage.samovar.url()];
        self.login_with(stage, &words, login, answer).await
    }

    /// The same with these words.
    pub async fn login_with(
        &self,
        stage: &Stage,
        words: &[&str],
        login: &str,
        answer: &str,
    ) -> (Done, Page) {
        let mut command = self.command(words);
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut address = None;
        while address.is_none() {
            let line = said.next_line().await.unwrap().expect("an address");
            address = line
                .trim()
                .strip_prefix(stage.samovar.url())
                .map(str::to_owned);
        }
        let address = address.unwrap();
        let code = address.strip_prefix("/device?user_code=").unwrap();
        let mut person = Person::signed_in(stage, login).await;
        let (question, _) = person.answer(code, answer).await;
        let mut rest = String::new();
        while let Some(line) = said.next_line().await.unwrap() {
            rest.extend([line.as_str(), "\n"]);
        }
        let mut finished = done(child.wait_with_output().await.unwrap());
        finished.err = rest;
        (finished, question)
    }

    /// The same where success is owed.
    pub async fn signed_in(stage: &Stage, login: &str) -> Self {
        let terminal = Self::new();
        let (finished, _) = terminal.login(stage, login, "allow").await;
        assert_eq!(finished.code, 0, "{finished:?}");
        terminal
    }
}

pub fn done(output: std::process::Output) -> Done {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[tokio::test]
async fn a_person_signs_in_once_and_gets_tokens_for_whatever_is_asked() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::new();
    let (finished, question) = terminal.login(&stage, "ben", "allow").await;
    let said = format!("signed in at {} as ben\n", stage.samovar.url());
    assert_eq!((finished.code, &finished.out), (0, &said), "{finished:?}");
    for shown in [
        "samovar-cli",
        "samovar-cli/",
        "127.0.0.1",
        "everything that you can do",
    ] {
        assert!(question.body.contains(shown), "{shown}: {}", question.body);
    }
    kept_for_its_person_alone(&terminal);

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

    let words = [
        "token",
        "--audience",
        "deploy-api",
        "--scope",
        "deployments:write",
        "--json",
    ];
    let whole = terminal.run(&words).await.json();
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

fn kept_for_its_person_alone(terminal: &Terminal) {
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
    let gone = terminal.run(&["logout"]).await;
    assert_eq!(
        gone.out,
        format!("signed out of {}\n", stage.samovar.url()),
        "{gone:?}"
    );
    assert!(!terminal.file().exists());
    assert_eq!(stage.ada.get("/grants").await["items"], json!([]));
    assert_eq!(terminal.run(&["logout"]).await.code, 3);
}

#[tokio::test]
async fn what_is_not_held_is_refused_with_four_and_the_words_of_the_server() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    for (words, said) in [
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
        let mut words = words.to_vec();
        words.push("--json");
        let refused = terminal.run(&words).await;
        assert_eq!(refused.code, 4, "{refused:?}");
        assert_eq!(refused.json()["error"], "refused");
        assert!(
            refused.err.starts_with("samovar: ") && refused.err.contains(said),
            "{refused:?}"
        );
        assert_eq!(refused.err.lines().count(), 1);
    }
}

/// Asks about a deployment.
const DEPLOYS: [&str; 7] = [
    "explain",
    "--host",
    crate::stage::HOST,
    "--method",
    "post",
    "--path",
    "/deploy/7",
];

#[tokio::test]
async fn everybody_may_ask_about_themselves_and_nobody_about_others() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    let said = terminal.run(&DEPLOYS).await;
    assert_eq!(said.code, 0, "{said:?}");
    let granted = said.out.contains("deployments:write");
    assert!(said.out.starts_with("allow\n- ") && granted, "{said:?}");
    let unmatched = [&DEPLOYS[..6], &["/elsewhere", "--json"]].concat();
    let said = terminal.run(&unmatched).await.json();
    assert_eq!(said["code"], "route_unknown", "{said}");
    let other = [&DEPLOYS[..], &["--user", &stage.application]].concat();
    assert_eq!(terminal.run(&other).await.code, 4);
}

#[tokio::test]
async fn an_administrator_asks_why_on_a_terminal() {
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
    let words = [&DEPLOYS[..], &about].concat();
    let said = terminal.run(&words).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.starts_with("allow\n- ") && said.out.contains("deployments:write"),
        "{said:?}"
    );
    let stranger = [&DEPLOYS[..], &["--anonymous", "--json"]].concat();
    let said = terminal.run(&stranger).await;
    assert_eq!(
        (said.code, &said.json()["verdict"]),
        (0, &json!("deny")),
        "{said:?}"
    );
}

#[tokio::test]
async fn why_a_machines_token_does_not_open_a_route_is_told_on_a_terminal() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let terminal = Terminal::signed_in(&stage, "ada").await;
    let words = [
        "explain",
        "--host",
        crate::stage::HOST,
        "--method",
        "POST",
        "--path",
        "/deploy/7",
        "--service-account",
        &machine.id,
    ];
    let said = terminal.run(&words).await;
    assert!(
        said.out.starts_with("allow\n- ") && said.out.contains("\nfreshness: "),
        "{said:?}"
    );
    let scope = ["--scope", "deployments:read", "billing:read", "--json"];
    let said = terminal.run(&[&words[..], &scope].concat()).await;
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["code"], "scope_insufficient", "{said:?}");
    let both = [&words[..], &["--user", &machine.id]].concat();
    assert_eq!(terminal.run(&both).await.code, 2);
}

#[tokio::test]
async fn who_declines_or_ends_it_is_obeyed() {
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
async fn whose_account_is_disabled_is_refused_and_not_sent_to_sign_in() {
    let mut stage = Stage::set().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    stage.gitea.disable_user("ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let words = ["token", "--audience", "samovar", "--json"];
    let refused = terminal.run(&words).await;
    assert_eq!(
        (refused.code, &refused.json()["error"]),
        (4, &json!("refused")),
        "{refused:?}"
    );
    assert!(refused.err.contains("disabled"), "{refused:?}");
    assert!(!refused.err.contains("samovar login"), "{refused:?}");
}

#[tokio::test]
async fn many_shells_at_once_share_one_sign_in() {
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
