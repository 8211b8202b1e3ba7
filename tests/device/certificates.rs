//! The command line over HTTPS, with a certificate from a private authority.

use crate::device::terminal::{CommandOutput, Terminal};
use crate::oauth::stage::Stage;
use crate::support::certificates::Authority;
use crate::support::nginx;
use crate::support::process::{Program, free_address};
use tempfile::TempDir;

const HOST: [u8; 4] = [127, 0, 0, 2];
const CA: &str = "acme private CA";

/// nginx with a certificate of this authority in front of Samovar; returns the https address.
async fn terminated(stage: &Stage, folder: &TempDir, authority: &Authority) -> (Program, String) {
    let address = free_address(HOST);
    let issued = authority.issue(&address.ip().to_string());
    let own = stage.samovar.url().strip_prefix("http://").unwrap();
    let block = format!(
        "server {{\n listen {address} ssl;\n ssl_certificate {};\n ssl_certificate_key {};\n \
         location / {{\n proxy_pass http://{own};\n proxy_set_header Host {own};\n }}\n}}\n",
        issued.certificate.display(),
        issued.key.display(),
    );
    let program = nginx::start(folder.path(), address, &block).await;
    (program, format!("https://{address}"))
}

/// The message names the server, the issuer of its certificate, and the option.
fn assert_message(output: &CommandOutput, server: &str) {
    assert_eq!((output.code, output.out.as_str()), (1, ""), "{output:?}");
    let issuer = format!("`CN={CA},O=acme`");
    for named in [server, &issuer, "not trusted", "`--ca-file`"] {
        assert!(output.err.contains(named), "{named}: {output:?}");
    }
    assert_eq!(output.err.lines().count(), 1, "{output:?}");
}

#[tokio::test]
async fn a_private_authority_is_trusted_after_login_names_it() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let folder = TempDir::new().unwrap();
    let authority = Authority::new(folder.path(), CA);
    let (_nginx, server) = terminated(&stage, &folder, &authority).await;
    let terminal = Terminal::new();
    let root = authority.root().certificate;
    let arguments = [
        "login",
        "--server",
        &server,
        "--ca-file",
        root.to_str().unwrap(),
    ];
    let (finished, _) = terminal
        .login_with(&stage, &arguments, "ben", "allow")
        .await;
    let expected = format!("signed in at {server} as ben\n");
    assert_eq!(
        (finished.code, &finished.out),
        (0, &expected),
        "{finished:?}"
    );
    let token = terminal.run(&["token", "--audience", "deploy-api"]).await;
    assert_eq!((token.code, token.err.as_str()), (0, ""), "{token:?}");
    assert_eq!(stage.check_token(token.out.trim_end()).await.status, 200);

    let other = Authority::new(folder.path(), "other CA").root().certificate;
    let arguments = [
        "token",
        "--audience",
        "deploy-api",
        "--ca-file",
        other.to_str().unwrap(),
    ];
    assert_message(&terminal.run(&arguments).await, &server);
    assert_eq!(terminal.run(&["logout"]).await.code, 0);
}

#[tokio::test]
async fn an_untrusted_authority_is_named_in_the_message() {
    let stage = Stage::set().await;
    let folder = TempDir::new().unwrap();
    let authority = Authority::new(folder.path(), CA);
    let (_nginx, server) = terminated(&stage, &folder, &authority).await;
    let terminal = Terminal::new();
    assert_message(
        &terminal.run(&["login", "--server", &server]).await,
        &server,
    );
    let impostors = TempDir::new().unwrap();
    for name in ["other CA", CA] {
        let other = Authority::new(impostors.path(), name).root().certificate;
        let arguments = [
            "login",
            "--server",
            &server,
            "--ca-file",
            other.to_str().unwrap(),
        ];
        assert_message(&terminal.run(&arguments).await, &server);
    }
    assert!(!terminal.file().exists());
}
