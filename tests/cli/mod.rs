//! The command line: the output and the exit codes of the real binary.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod anonymous_callers;
mod documentation;
mod socket;
mod unit;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn samovar(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samovar"));
    command.args(arguments).env_clear();
    command
}

fn shipped(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
    path.display().to_string()
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// 32 bytes in base64, which any other secret may be as well.
const SEAL_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

#[test]
fn shipped_example_with_secrets_is_valid() {
    let example = shipped("packaging/samovar.example.toml");
    let mut command = samovar(&["check-config", "--config", &example]);
    let (code, _, error) = run(&mut command);
    assert_eq!(code, Some(1));
    let message = format!("samovar: {example} is valid, but secrets are missing in this shell:\n");
    assert!(error.starts_with(&message), "{error}");
    for part in [
        "gitea.token: is missing; set SAMOVAR_GITEA_TOKEN",
        "`sudo CREDENTIALS_DIRECTORY=/etc/samovar samovar check-config",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    command
        .env("SAMOVAR_GITEA_CLIENT_SECRET", "one-two-three")
        .env("SAMOVAR_GITEA_TOKEN", "four-five-six")
        .env("SAMOVAR_SEAL_KEY", SEAL_KEY);
    let (code, out, error) = run(&mut command);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(out, format!("{example} is valid\n"));
}

#[test]
fn every_error_is_printed_with_key_and_line() {
    let bad = shipped("tests/config/bad/everything.toml");
    let (code, out, error) = run(&mut samovar(&["check-config", "--config", &bad]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let problems = fs::read_to_string(bad.replace(".toml", ".problems")).unwrap();
    assert_eq!(error, format!("samovar: {bad} cannot be used:\n{problems}"));
}

#[test]
fn credentials_of_systemd_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["gitea-client-secret", "gitea-token", "seal-key"] {
        fs::write(folder.path().join(name), format!("{SEAL_KEY}\n")).unwrap();
    }
    let example = shipped("packaging/samovar.example.toml");
    let mut command = samovar(&["check-config", "--config", &example]);
    command.env("CREDENTIALS_DIRECTORY", folder.path());
    assert_eq!(run(&mut command).0, Some(0));
}

#[test]
fn missing_file_is_named() {
    let (code, _, error) = run(&mut samovar(&["check-config", "--config", "/nowhere.toml"]));
    assert_eq!(code, Some(1));
    assert!(
        error.contains("`/nowhere.toml` cannot be read")
            && error.contains("name a file that exists"),
        "{error}"
    );
}

#[test]
fn invalid_arguments_exit_with_two_and_a_hint() {
    let (code, out, error) = run(&mut samovar(&["chek-config"]));
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.contains("check-config"), "{error}");
    assert_eq!(run(&mut samovar(&[])).0, Some(2));
    assert_eq!(run(&mut samovar(&["--version"])).0, Some(0));
}

#[test]
fn usage_error_is_json_with_the_json_option() {
    for (words, part) in [
        (&["token", "--json"][..], "--audience <NAME>"),
        (&["chek", "--json"], "unrecognized subcommand 'chek'"),
        (&["whoami", "--json", "--x"], "unexpected argument '--x'"),
    ] {
        let (code, out, error) = run(&mut samovar(words));
        assert_eq!(code, Some(2), "{words:?}");
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(json["error"], "usage");
        let message = json["message"].as_str().unwrap();
        assert!(
            message.ends_with(part) || message.starts_with(part),
            "{message}"
        );
        assert!(error.contains(part) && error.contains("--help"), "{error}");
    }
    let (code, out, _) = run(&mut samovar(&["token", "--json", "--help"]));
    assert_eq!((code, out.contains("Usage:")), (Some(0), true));
}

#[test]
fn printed_openapi_document_is_the_golden_one() {
    let (code, out, _) = run(&mut samovar(&["openapi"]));
    assert_eq!(code, Some(0));
    let pinned = fs::read_to_string(shipped("tests/golden/openapi.json")).unwrap();
    assert_eq!(out.trim_end(), pinned.trim_end());
}

#[test]
fn closed_pipe_is_not_an_error() {
    let mut command = samovar(&["openapi"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = samovar(&["openapi"]);
    let output = command.stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.starts_with("samovar: standard output cannot be written: "),
        "{error}"
    );
}

#[test]
fn without_a_server_the_error_names_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("admin.sock").display().to_string();
    for words in [
        &["claim-code"][..],
        &["state"],
        &["sync"],
        &["break-glass", "off"],
    ] {
        let (code, out, error) = run(samovar(words).args(["--socket", &socket]));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{words:?}");
        assert_eq!(
            error,
            format!(
                "samovar: no server answers at `{socket}`; start it, or name its socket with --socket (server.admin_socket)\n"
            )
        );
    }
}
