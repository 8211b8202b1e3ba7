//! What becomes of a sign-in on a terminal when answers are lost, or somebody ends the program in the middle.

use crate::between::Between;
use crate::stage::Stage;
use crate::terminal::{Terminal, done};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::process::Stdio;

const TOKEN: [&str; 3] = ["token", "--audience", "samovar"];

/// A sign-in, and somebody between it and its server.
async fn signed_in() -> (Stage, Terminal, Between) {
    let stage = Stage::set().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    let between = Between::start(stage.samovar.url()).await;
    let kept = std::fs::read(terminal.file()).unwrap();
    let mut kept: Value = serde_json::from_slice(&kept).unwrap();
    kept["server"] = json!(between.url());
    std::fs::write(terminal.file(), kept.to_string()).unwrap();
    (stage, terminal, between)
}

#[tokio::test]
async fn an_answer_that_never_comes_is_asked_for_again_within_the_grace() {
    let (_stage, terminal, mut between) = signed_in().await;
    let answers = async {
        let swallowed = between.answer().await;
        between.answer().await.goes_on();
        // only now, so that the terminal waited as long as it would
        drop(swallowed);
        between.answer().await.goes_on();
    };
    let words = async {
        let first = terminal.run(&TOKEN).await;
        assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
        terminal.run(&TOKEN).await
    };
    let (next, ()) = tokio::join!(words, answers);
    assert_eq!((next.code, next.err.as_str()), (0, ""), "{next:?}");
}

#[tokio::test]
async fn nobody_can_end_the_program_between_the_servers_answer_and_the_disk() {
    let (_stage, terminal, mut between) = signed_in().await;
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut command = terminal.command(&TOKEN);
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = pipes.spawn().unwrap();
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let answer = between.answer().await;
        kill_process(id.and_then(Pid::from_raw).unwrap(), signal).unwrap();
        answer.goes_on();
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{signal:?}: {output:?}");
        assert!(done(output).out.starts_with("ey"), "{signal:?}");
    }
}

#[tokio::test]
async fn who_is_signed_in_is_told_so_when_the_name_cannot_be_read() {
    let stage = Stage::set().await;
    let terminal = Terminal::new();
    let mut between = Between::start(stage.samovar.url()).await;
    let server = between.url().to_owned();
    let answers = tokio::spawn(async move {
        let mut answer = between.answer().await;
        while answer.path != "/api/v1/me" {
            answer.goes_on();
            answer = between.answer().await;
        }
    });
    let words = ["login", "--server", &server];
    let (finished, _) = terminal.login_with(&stage, &words, "ben", "allow").await;
    answers.await.unwrap();
    let said = format!("signed in at {server}\n");
    assert_eq!((finished.code, &finished.out), (0, &said), "{finished:?}");
    assert!(terminal.file().exists());
}
