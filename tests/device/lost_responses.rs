//! A sign-in on a terminal whose responses are lost, or whose program is ended.

use crate::device::relay::Relay;
use crate::device::terminal::{Terminal, command_output};
use crate::oauth::stage::Stage;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::process::Stdio;

const TOKEN: [&str; 3] = ["token", "--audience", "samovar"];

/// A sign-in through a relay.
async fn signed_in() -> (Stage, Terminal, Relay) {
    let stage = Stage::set().await;
    let terminal = Terminal::signed_in(&stage, "ben").await;
    let relay = Relay::start(stage.samovar.url()).await;
    let file = std::fs::read(terminal.file()).unwrap();
    let mut credentials: Value = serde_json::from_slice(&file).unwrap();
    credentials["server"] = json!(relay.url());
    std::fs::write(terminal.file(), credentials.to_string()).unwrap();
    (stage, terminal, relay)
}

#[tokio::test]
async fn a_lost_response_is_requested_again_within_the_grace() {
    let (_stage, terminal, mut relay) = signed_in().await;
    let responses = async {
        let lost = relay.response().await;
        relay.response().await.forward();
        // Only now, so that the terminal waited for its timeout.
        drop(lost);
        relay.response().await.forward();
    };
    let commands = async {
        let first = terminal.run(&TOKEN).await;
        assert_eq!((first.code, first.err.as_str()), (0, ""), "{first:?}");
        terminal.run(&TOKEN).await
    };
    let (next, ()) = tokio::join!(commands, responses);
    assert_eq!((next.code, next.err.as_str()), (0, ""), "{next:?}");
}

#[tokio::test]
async fn signals_wait_until_the_refresh_token_is_on_disk() {
    let (_stage, terminal, mut relay) = signed_in().await;
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut command = terminal.command(&TOKEN);
        let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = pipes.spawn().unwrap();
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let response = relay.response().await;
        kill_process(id.and_then(Pid::from_raw).unwrap(), signal).unwrap();
        response.forward();
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{signal:?}: {output:?}");
        assert!(command_output(output).out.starts_with("ey"), "{signal:?}");
    }
}

#[tokio::test]
async fn login_succeeds_when_the_name_cannot_be_read() {
    let stage = Stage::set().await;
    let terminal = Terminal::new();
    let mut relay = Relay::start(stage.samovar.url()).await;
    let server = relay.url().to_owned();
    let responses = tokio::spawn(async move {
        let mut response = relay.response().await;
        while response.path != "/api/v1/me" {
            response.forward();
            response = relay.response().await;
        }
    });
    let arguments = ["login", "--server", &server];
    let (output, _) = terminal
        .login_with(&stage, &arguments, "ben", "allow")
        .await;
    responses.await.unwrap();
    let expected = format!("signed in at {server}\n");
    assert_eq!((output.code, &output.out), (0, &expected), "{output:?}");
    assert!(terminal.file().exists());
}
