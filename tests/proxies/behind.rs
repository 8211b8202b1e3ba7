//! A proxy behind another one, at an address that it shares, or with a configuration that is not Samovar's: what the client
//! writes is still not what Samovar goes by.

use crate::proxies::people::ada;
use crate::proxies::stage::{BOTH, Proxy, Setting, Stage, cookie};
use crate::support::nginx;
use crate::support::process::free_address;
use samovar::model::AuthorizationOwner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const STORIES: &str = "X-Forwarded-Host: other.test\r\nX-Forwarded-Method: OPTIONS\r\nX-Forwarded-Uri: /public/x\r\n\
    X-Forwarded-Proto: https\r\nX-Original-Host: other.test\r\nX-Original-URI: /public/x\r\n\
    X-Original-Method: OPTIONS\r\nSamovar-Proxy-Secret: smvp_x\r\n";

fn behind_a_load_balancer() -> Setting {
    Setting {
        nginx: "set_real_ip_from 127.0.0.0/8;\nreal_ip_header X-Forwarded-For;\nreal_ip_recursive on;",
        caddy: "\tservers {\n\t\ttrusted_proxies static private_ranges\n\t}\n",
        ..Setting::default()
    }
}

#[tokio::test]
async fn a_trusted_load_balancer_changes_no_host_method_or_target() {
    for proxy in BOTH {
        let stage = Stage::with(proxy, behind_a_load_balancer()).await;
        let forged = format!("{STORIES}X-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n");
        let anonymous = stage.ask("GET /admin/x", &forged).await;
        assert!(
            anonymous.starts_with("HTTP/1.1 401"),
            "{proxy:?} {anonymous}"
        );
        let signed_in = stage
            .ask("GET /admin/x", &format!("{forged}{}", cookie(&ada())))
            .await;
        assert!(
            signed_in.starts_with("HTTP/1.1 200"),
            "{proxy:?} {signed_in}"
        );
        let host = format!("\r\nx-forwarded-host: {}\r\n", stage.host);
        assert!(
            signed_in.to_lowercase().contains(&host),
            "{proxy:?} {signed_in}"
        );
        let checks = stage.knows.checks.lock().unwrap().clone();
        let expected = "GET /admin/x 198.51.100.7";
        assert_eq!(checks, [expected, expected], "{proxy:?}");
    }
}

#[tokio::test]
async fn a_trusted_load_balancer_changes_no_preflight() {
    let stage = Stage::with(Proxy::Caddy, behind_a_load_balancer()).await;
    let headers =
        format!("{STORIES}Origin: https://ui.test\r\nAccess-Control-Request-Method: PUT\r\n");
    let answer = stage.ask("OPTIONS /admin/x", &headers).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

#[tokio::test]
async fn underscores_allowed_by_a_neighbour_reach_nobody() {
    let setting = Setting {
        nginx: "server {\nlisten @ADDRESS@ default_server;\nserver_name _;\nunderscores_in_headers on;\nignore_invalid_headers off;\nreturn 404;\n}",
        ..Setting::default()
    };
    let stage = Stage::with(Proxy::Nginx, setting).await;
    let names = [
        "Remote_User",
        "REMOTE_USER",
        "Remote_User_Id",
        "Remote-User_Id",
        "Remote_User-Id",
        "Remote_Name",
        "Remote_Email",
        "Remote_Groups",
        "Remote_Roles",
        "Samovar_Assertion",
        "X_Forwarded_Host",
        "X-Forwarded_Host",
        "X_Forwarded-For",
        "X_Forwarded_Proto",
        "X_HTTP_Method_Override",
    ];
    let forged: String = names.map(|name| format!("{name}: forged\r\n")).concat();
    // Before `Host`, while nginx still reads by the rules of the address's default server.
    let request = format!(
        "GET /public/x HTTP/1.1\r\n{forged}X_Harmless: passes\r\nHost: {}\r\nConnection: close\r\n\r\n",
        stage.host
    );
    let mut stream = stage.connect().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.contains("X_Harmless: passes"),
        "the neighbour allows it: {answer}"
    );
    assert!(!answer.contains("forged"), "{answer}");
    assert!(!stage.log().contains("hash"), "{}", stage.log());
}

#[tokio::test]
async fn headers_that_ask_for_another_method_or_target_stay_outside() {
    let asks = "X-HTTP-Method-Override: forged\r\nX-HTTP-Method: forged\r\nX-Method-Override: forged\r\n\
        X-Original-URL: forged\r\nX-Rewrite-URL: forged\r\n";
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let answer = stage.ask("GET /public/x", asks).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{proxy:?} {answer}");
        assert!(!answer.contains("forged"), "{proxy:?} {answer}");
    }
}

#[tokio::test]
async fn twins_by_case_or_last_slash_are_decided_as_sent() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for (target, status) in [
            ("/public/x", "200"),
            ("/public", "200"),
            ("/public/", "200"),
            ("/PUBLIC/x", "401"),
            ("/Public/x", "401"),
            ("/publi%43/x", "401"),
            ("/admin/", "401"),
            ("/ADMIN/x", "401"),
        ] {
            let answer = stage.ask(&format!("GET {target}"), "").await;
            let line = format!("HTTP/1.1 {status}");
            assert!(answer.starts_with(&line), "{proxy:?} {target} {answer}");
            if status == "200" {
                assert!(
                    answer.contains(&format!("GET {target} ")),
                    "{proxy:?} {answer}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_proxy_on_another_machine_proves_itself_by_the_secret() {
    for proxy in BOTH {
        let setting = Setting {
            remote: true,
            ..Setting::default()
        };
        let stage = Stage::with(proxy, setting).await;
        let answer = stage.ask("GET /admin/x", &cookie(&ada())).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{proxy:?} {answer}");
        assert!(!answer.contains("smvp_"), "{proxy:?} {answer}");
        let told = "Samovar-Proxy-Secret: smvp_x\r\nSamovar_Proxy_Secret: smvp_x\r\n";
        let answer = stage.ask("GET /public/x", told).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{proxy:?} {answer}");
        assert!(!answer.contains("smvp_"), "{proxy:?} {answer}");
        let preflight = "Origin: https://ui.test\r\nAccess-Control-Request-Method: PUT\r\n";
        let answer = stage.ask("OPTIONS /admin/x", preflight).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{proxy:?} {answer}");
    }
}

#[tokio::test]
async fn checks_over_a_unix_socket_know_the_client() {
    for proxy in BOTH {
        let setting = Setting {
            unix: true,
            ..Setting::default()
        };
        let stage = Stage::with(proxy, setting).await;
        let answer = stage.ask("GET /admin/x", &cookie(&ada())).await;
        assert!(
            answer.starts_with("HTTP/1.1 200"),
            "{proxy:?} {answer} {}",
            stage.log()
        );
        let answer = stage.ask("GET /admin/x", "").await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{proxy:?} {answer}");
        assert!(answer.contains("credentials_missing"), "{proxy:?} {answer}");
        let checks = stage.knows.checks.lock().unwrap().clone();
        assert!(
            checks.iter().all(|check| check == "GET /admin/x 127.0.0.1"),
            "{checks:?}"
        );
    }
}

#[tokio::test]
async fn samovars_tokens_never_reach_the_application() {
    for proxy in BOTH {
        for owner in [AuthorizationOwner::Samovar, AuthorizationOwner::Application] {
            let setting = Setting {
                authorization: Some(owner),
                ..Setting::default()
            };
            let stage = Stage::with(proxy, setting).await;
            let ours = crate::proxies::people::token("ada");
            let (header, own) = match owner {
                AuthorizationOwner::Samovar => (format!("Authorization: Bearer {ours}\r\n"), ""),
                AuthorizationOwner::Application => (
                    format!("Samovar-Token: {ours}\r\nAuthorization: Basic YTpi\r\n"),
                    "Basic YTpi",
                ),
            };
            for line in ["GET /admin/x", "GET /public/x"] {
                let answer = stage.ask(line, &header).await;
                assert!(
                    answer.starts_with("HTTP/1.1 200"),
                    "{proxy:?} {owner:?} {answer}"
                );
                assert!(!answer.contains(&ours), "{proxy:?} {owner:?} {answer}");
                assert!(answer.contains(own), "{proxy:?} {owner:?} {answer}");
                let named = answer.to_lowercase().contains("samovar-authorization");
                assert!(!named, "{proxy:?} {owner:?} {answer}");
            }
        }
    }
}

/// An nginx with nothing but `auth_request` and an address, without the documented settings.
async fn foreign(
    stage: &Stage,
    path: &str,
) -> (
    TcpStream,
    crate::support::process::Program,
    tempfile::TempDir,
) {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address([127, 0, 0, 1]);
    let (checks, echo) = (stage.checks(), stage.echo.address);
    let server = format!(
        "upstream checks {{\nserver {checks};\nkeepalive 4;\n}}\nserver {{\nlisten {address};\nlocation / {{\nauth_request /auth;\nproxy_pass http://{echo};\n}}\n\
         location = /auth {{\ninternal;\nproxy_http_version 1.1;\nproxy_set_header Connection \"\";\nproxy_pass http://checks{path};\n}}\n}}"
    );
    let program = nginx::start(folder.path(), address, &server).await;
    (TcpStream::connect(address).await.unwrap(), program, folder)
}

#[tokio::test]
async fn nginx_with_nothing_but_the_address_never_answers_500() {
    let stage = Stage::start(Proxy::Nginx).await;
    let long = format!("A: {}\r\n", "a".repeat(7000)).repeat(4);
    let many = "A: b\r\n".repeat(150);
    for path in ["/forward-auth/nginx", ""] {
        for (line, more, body) in [
            ("GET /a", "", ""),
            ("GET /a", "Host: other.test\r\n", ""),
            ("POST /a", "Content-Length: 5\r\n", "hello"),
            (
                "POST /a",
                "Transfer-Encoding: chunked\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
            ),
            ("GET /a", "Connection: close, Remote-User\r\n", ""),
            ("GET /a", "X: \u{1}\r\n", ""),
            ("GET /a", &long, ""),
            ("GET /a", &many, ""),
            ("GET /a%00//..%2f", "Cookie: =;;\"\r\n", ""),
        ] {
            let (mut stream, program, _folder) = foreign(&stage, path).await;
            let host = if more.starts_with("Host") {
                ""
            } else {
                "Host: app.test\r\n"
            };
            let request = format!("{line} HTTP/1.1\r\n{host}{more}Connection: close\r\n\r\n{body}");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            let answer = String::from_utf8_lossy(&answer).into_owned();
            let status = answer.get(9..12).unwrap_or_default();
            assert!(
                ["400", "401", "403"].contains(&status),
                "{path} {line} {} {answer}\n{}",
                more.get(..40).unwrap_or(more),
                program.output()
            );
        }
    }
    assert!(stage.echo.take().is_empty());
}
