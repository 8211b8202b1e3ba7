//! The command line over HTTPS, with a certificate from an authority of one's own.

use crate::stage::Stage;
use crate::support::certificates::Authority;
use crate::support::nginx;
use crate::support::process::{Program, free_address};
use crate::terminal::{Done, Terminal};
use tempfile::TempDir;

const HOST: [u8; 4] = [127, 0, 0, 2];
const CA: &str = "acme private CA";

/// nginx with a certificate of that authority in front of a Samovar; gives the https address.
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

/// Says which server has whose certificate, and what to do about it.
fn names_all(done: &Done, server: &str) {
    assert_eq!((done.code, done.out.as_str()), (1, ""), "{done:?}");
    let issuer = format!("`CN={CA},O=acme`");
    for named in [server, &issuer, "not trusted", "`--ca-file`"] {
        assert!(done.err.contains(named), "{named}: {done:?}");
    }
    assert_eq!(done.err.lines().count(), 1, "{done:?}");
}

#[tokio::test]
async fn an_authority_of_ones_own_that_is_named_once_is_believed_from_then_on() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let folder = TempDir::new().unwrap();
    let authority = Authority::new(folder.path(), CA);
    let (_nginx, server) = terminated(&stage, &folder, &authority).await;
    let terminal = Terminal::new();
    let root = authority.root().certificate;
    let words = [
        "login",
        "--server",
        &server,
        "--ca-file",
        root.to_str().unwrap(),
    ];
    let (finished, _) = terminal.login_with(&stage, &words, "ben", "allow").await;
    let said = format!("signed in at {server} as ben\n");
    assert_eq!((finished.code, &finished.out), (0, &said), "{finished:?}");
    let token = terminal.run(&["token", "--audience", "deploy-api"]).await;
    assert_eq!((token.code, token.err.as_str()), (0, ""), "{token:?}");
    assert_eq!(stage.check_token(token.out.trim_end()).await.status, 200);

    let other = Authority::new(folder.path(), "other CA").root().certificate;
    let words = [
        "token",
        "--audience",
        "deploy-api",
        "--ca-file",
        other.to_str().unwrap(),
    ];
    names_all(&terminal.run(&words).await, &server);
    assert_eq!(terminal.run(&["logout"]).await.code, 0);
}

#[tokio::test]
async fn an_authority_that_is_not_trusted_is_called_by_name_with_the_option_that_would_trust_it() {
    let stage = Stage::set().await;
    let folder = TempDir::new().unwrap();
    let authority = Authority::new(folder.path(), CA);
    let (_nginx, server) = terminated(&stage, &folder, &authority).await;
    let terminal = Terminal::new();
    names_all(
        &terminal.run(&["login", "--server", &server]).await,
        &server,
    );
    let impostors = TempDir::new().unwrap();
    for name in ["other CA", CA] {
        let other = Authority::new(impostors.path(), name).root().certificate;
        let words = [
            "login",
            "--server",
            &server,
            "--ca-file",
            other.to_str().unwrap(),
        ];
        names_all(&terminal.run(&words).await, &server);
    }
    assert!(!terminal.file().exists());
}
