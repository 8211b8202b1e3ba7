//! The credentials file and the arguments of the command line, without a server.

use crate::device::terminal::Terminal;
use crate::support::process::free_address;
use serde_json::json;
use std::fs::{Permissions, create_dir_all, set_permissions, write};
use std::os::unix::fs::PermissionsExt as _;

fn write_credentials(terminal: &Terminal, mode: u32) -> String {
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
        write_credentials(&terminal, mode);
        let output = terminal.run(&["whoami"]).await;
        assert_eq!(output.code, 1, "{output:?}");
        assert!(output.err.contains("others can read"), "{output:?}");
    }
}

#[tokio::test]
async fn logout_deletes_the_file_when_the_server_is_away() {
    let terminal = Terminal::new();
    let address = write_credentials(&terminal, 0o600);
    let away = terminal.run(&["token", "--audience", "x", "--json"]).await;
    assert_eq!(
        (away.code, &away.json()["error"]),
        (1, &json!("failed")),
        "{away:?}"
    );
    assert!(away.err.contains(&address), "{away:?}");
    let logout = terminal.run(&["logout"]).await;
    assert_eq!(logout.code, 1, "{logout:?}");
    assert!(logout.err.contains("continues at the server") && !terminal.file().exists());
}

#[tokio::test]
async fn exit_code_3_when_not_signed_in() {
    let terminal = Terminal::new();
    for arguments in [&["token", "--audience", "x"][..], &["whoami"], &["logout"]] {
        let output = terminal.run(arguments).await;
        assert_eq!((output.code, output.out.as_str()), (3, ""), "{output:?}");
        assert!(output.err.contains("samovar login --server"), "{output:?}");
    }
    write_credentials(&terminal, 0o600);
    write(terminal.file(), "{").unwrap();
    assert_eq!(terminal.run(&["whoami"]).await.code, 3);
}

#[tokio::test]
async fn exit_code_2_for_invalid_arguments() {
    let terminal = Terminal::new();
    for arguments in [
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
        let output = terminal.run(arguments).await;
        assert_eq!(
            (output.code, output.out.as_str()),
            (2, ""),
            "{arguments:?} {output:?}"
        );
    }
}
