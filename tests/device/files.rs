//! What the command line keeps and refuses, without a server.

use crate::support::process::free_address;
use crate::terminal::Terminal;
use serde_json::json;
use std::fs::{Permissions, create_dir_all, set_permissions, write};
use std::os::unix::fs::PermissionsExt as _;

fn kept(terminal: &Terminal, mode: u32) -> String {
    let address = format!("http://{}", free_address([127, 0, 0, 2]));
    let text = json!({"server": address, "refresh_token": "smvr_x"});
    create_dir_all(terminal.file().parent().unwrap()).unwrap();
    write(terminal.file(), text.to_string()).unwrap();
    set_permissions(terminal.file(), Permissions::from_mode(mode)).unwrap();
    address
}

#[tokio::test]
async fn a_file_that_others_can_read_is_not_used() {
    for mode in [0o640, 0o604, 0o620] {
        let terminal = Terminal::new();
        kept(&terminal, mode);
        let refused = terminal.run(&["whoami"]).await;
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.err.contains("others can read"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_a_failure_and_logout_forgets_all_the_same() {
    let terminal = Terminal::new();
    let address = kept(&terminal, 0o600);
    let away = terminal.run(&["token", "--audience", "x", "--json"]).await;
    assert_eq!(
        (away.code, &away.json()["error"]),
        (1, &json!("failed")),
        "{away:?}"
    );
    assert!(away.err.contains(&address), "{away:?}");
    let gone = terminal.run(&["logout"]).await;
    assert_eq!(gone.code, 1, "{gone:?}");
    assert!(gone.err.contains("continues at the server") && !terminal.file().exists());
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_told_how_and_the_code_is_three() {
    let terminal = Terminal::new();
    for words in [&["token", "--audience", "x"][..], &["whoami"], &["logout"]] {
        let nobody = terminal.run(words).await;
        assert_eq!((nobody.code, nobody.out.as_str()), (3, ""), "{nobody:?}");
        assert!(nobody.err.contains("samovar login --server"), "{nobody:?}");
    }
    kept(&terminal, 0o600);
    write(terminal.file(), "{").unwrap();
    assert_eq!(terminal.run(&["whoami"]).await.code, 3);
}

#[tokio::test]
async fn an_address_that_cannot_be_meant_is_a_usage_error() {
    let terminal = Terminal::new();
    for words in [
        &["login"][..],
        &["login", "--server", "samovar.example.com"],
        &["login", "--server", "http://samovar.example.com"],
        &[
            "login",
            "--server",
            "https://127.0.0.1:9",
            "--ca-file",
            "/nowhere",
        ],
        &["token"],
    ] {
        let usage = terminal.run(words).await;
        assert_eq!(
            (usage.code, usage.out.as_str()),
            (2, ""),
            "{words:?} {usage:?}"
        );
    }
}
