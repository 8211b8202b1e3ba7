//! The blocks that the package ships are those that the code makes: `SAMOVAR_BLESS=1 cargo test --test interoperability packaged` renews them.

use crate::proxies::people::application;
use samovar::http::forward_auth::snippets::{CheckAddress, SnippetSettings, caddy, nginx};
use std::path::Path;

fn settings() -> SnippetSettings {
    SnippetSettings {
        samovar: "127.0.0.1:8700".parse().unwrap(),
        forward_auth: CheckAddress::Tcp("127.0.0.1:8701".parse().unwrap()),
        secret: None,
        own: "samovar.example.com".parse().unwrap(),
        https: true,
        upstream: "127.0.0.1:9000".parse().unwrap(),
    }
}

#[test]
fn the_packaged_blocks_are_what_the_code_makes() {
    let application = application(&["app.example.com".parse().unwrap()]);
    let made = [
        ("nginx.conf", nginx(&application, &settings())),
        ("Caddyfile", caddy(&application, &settings())),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/proxies");
    for (name, text) in made {
        let path = folder.join(name);
        if std::env::var_os("SAMOVAR_BLESS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let packaged = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            packaged, text,
            "{name} is not what the code makes; renew it with SAMOVAR_BLESS=1"
        );
    }
}

#[test]
fn every_host_has_its_own_block_and_nothing_is_left_to_fill_in() {
    let hosts = ["a.example.com", "b.example.com:8443"].map(|host| host.parse().unwrap());
    let mut application = application(&hosts);
    application.identity_headers.clear();
    application.tokens.assertion = false;
    let block = nginx(&application, &settings());
    let caddyfile = caddy(&application, &settings());
    assert!(block.contains("X-Original-Host a.example.com;"));
    assert!(block.contains("X-Original-Host b.example.com:8443;"));
    assert!(caddyfile.contains("a.example.com, b.example.com:8443 {"));
    assert!(!caddyfile.contains("copy_headers Remote"));
    for text in [block, caddyfile] {
        let capitals = |word: &str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_uppercase());
        assert!(!text.split('@').any(capitals), "{text}");
    }
}

#[tokio::test]
async fn samovars_own_host_refuses_checks_from_outside() {
    use crate::proxies::echo::Echo;
    use crate::support::process::free_address;
    use crate::support::{caddy, nginx};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let folder = tempfile::tempdir().unwrap();
    let packaged = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/proxies");
    for (name, is_nginx) in [("samovar.nginx.conf", true), ("samovar.Caddyfile", false)] {
        let echo = Echo::start().await;
        let address = free_address([127, 0, 0, 1]);
        let text = std::fs::read_to_string(packaged.join(name)).unwrap();
        let text = text.replace("127.0.0.1:8700", &echo.address.to_string());
        let _program = if is_nginx {
            let text = text.replace("listen 80;", &format!("listen {address};"));
            nginx::start(folder.path(), address, &text).await
        } else {
            let site = format!("http://samovar.example.com:{} {{", address.port());
            let text = text.replace("samovar.example.com {", &site);
            caddy::start(folder.path(), address, &text).await
        };
        for (path, status) in [
            ("/forward-auth/nginx", "403"),
            ("/forward-auth/caddy?x", "403"),
            ("/forward-auth", "403"),
            ("//forward-auth/nginx", "403"),
            ("/%66orward-auth/nginx", "403"),
            ("/auth/sign-in", "200"),
        ] {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let host = if is_nginx {
                "samovar.example.com".to_owned()
            } else {
                format!("samovar.example.com:{}", address.port())
            };
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer).await;
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}")),
                "{name} {path} {answer}"
            );
            let seen = echo.take();
            assert_eq!(seen.is_empty(), status == "403", "{name} {path} {seen:?}");
        }
    }
}
