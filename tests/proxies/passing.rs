//! Who gets through, who does not, and what each of them hears.

use crate::proxies::people::{ada, ben, token};
use crate::proxies::stage::{BOTH, Proxy, Stage, cookie};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const BROWSER: &str = "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\n";

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn an_anonymous_browser_is_sent_to_sign_in_and_a_script_is_told() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let host = stage.host.to_string();
        let answer = stage.ask("GET /a%20b?x=%2F&y", BROWSER).await;
        assert_eq!(status(&answer), "303", "{proxy:?} {answer}");
        let location =
            format!("http://{host}/.samovar/sign-in?rd=http://{host}/a%2520b?x=%252F%26y\r\n");
        assert!(answer.contains(&location), "{proxy:?} {answer}");
        for line in ["GET /a", "POST /a", "DELETE /a"] {
            let answer = stage.ask(line, "").await;
            assert_eq!(status(&answer), "401", "{proxy:?} {answer}");
            assert!(answer.contains("credentials_missing"), "{proxy:?} {answer}");
            assert!(
                answer.to_lowercase().contains("www-authenticate: bearer"),
                "{answer}"
            );
        }
        assert!(
            stage.echo.take().is_empty(),
            "{proxy:?} let something through"
        );
        assert_eq!(
            stage.knows.checks.lock().unwrap().len(),
            4,
            "{proxy:?} one check each"
        );
    }
}

#[tokio::test]
async fn somebody_allowed_gets_in_and_the_application_learns_who_calls() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let answer = stage.ask("GET /admin/x?q=1", &cookie(&ada())).await;
        let seen = answer.to_lowercase();
        assert_eq!(status(&answer), "200", "{proxy:?} {answer} {}", stage.log());
        assert!(
            seen.contains("\r\nremote-user: ada\r\n"),
            "{proxy:?} {answer}"
        );
        assert!(
            seen.contains("\r\nremote-name: ada\r\n"),
            "{proxy:?} {answer}"
        );
        assert!(
            seen.contains("\r\nsamovar-assertion: signed\r\n"),
            "{proxy:?} {answer}"
        );
        assert!(
            !seen.contains("remote-email"),
            "{proxy:?} not chosen: {answer}"
        );
        assert!(
            answer.contains("GET /admin/x?q=1 HTTP/1.1"),
            "{proxy:?} {answer}"
        );
        assert!(
            seen.contains("\r\ncookie: before=1; xsamovar-app=3; after=2\r\n"),
            "{proxy:?} {answer}"
        );
        let public = stage.ask("GET /public/x", "").await;
        assert_eq!(status(&public), "200", "{proxy:?} {public}");
        let head = stage.ask("HEAD /admin/x", &cookie(&ada())).await;
        assert_eq!(status(&head), "200", "{proxy:?} {head}");
    }
}

#[tokio::test]
async fn a_token_opens_what_a_session_opens_and_whatever_else_is_sent_reaches_the_application() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let line = |credential: &str| format!("Authorization: {credential}\r\n");
        let ours = format!("Bearer {}", token("ada"));
        let answer = stage.ask("GET /admin/x", &line(&ours)).await;
        assert_eq!(status(&answer), "200", "{proxy:?} {answer}");
        assert!(answer.to_lowercase().contains("\r\nremote-user: ada\r\n"));
        let refused = format!("Bearer {}", token("mallory"));
        let refused = stage.ask("GET /admin/x", &line(&refused)).await;
        assert_eq!(status(&refused), "401", "{proxy:?} {refused}");
        for foreign in ["Basic YTpi", "Bearer not-ours", "Token 7"] {
            let headers = format!("{}{}", line(foreign), cookie(&ada()));
            let answer = stage.ask("GET /admin/x", &headers).await;
            assert_eq!(status(&answer), "200", "{proxy:?} {answer}");
            let reached = format!("\r\nauthorization: {}\r\n", foreign.to_lowercase());
            assert!(
                answer.to_lowercase().contains(&reached),
                "{proxy:?} {answer}"
            );
        }
    }
}

#[tokio::test]
async fn somebody_without_the_permission_hears_which_route_and_permission() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let script = stage.ask("PUT /admin/x", &cookie(&ben())).await;
        assert_eq!(status(&script), "403", "{proxy:?} {script}");
        for text in [
            "application/problem+json",
            "permission_missing",
            "/admin/**",
            "deployments:write",
        ] {
            assert!(script.contains(text), "{proxy:?} {text} {script}");
        }
        let page = stage
            .ask("GET /admin/x", &format!("{BROWSER}{}", cookie(&ben())))
            .await;
        assert_eq!(status(&page), "403", "{proxy:?} {page}");
        assert!(
            page.contains("<code>deployments:write</code>"),
            "{proxy:?} {page}"
        );
        assert!(
            page.to_lowercase()
                .contains("content-security-policy: default-src 'none'")
        );
        assert!(stage.echo.take().is_empty());
    }
}

#[tokio::test]
async fn what_nginx_cannot_say_itself_still_reaches_the_client() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for (target, code, name) in [
            ("/stale/x", "503", "membership_stale"),
            ("/a//b", "400", "target_ambiguous"),
            ("/a%2Fb", "400", "target_ambiguous"),
        ] {
            let answer = stage.ask(&format!("POST {target}"), &cookie(&ada())).await;
            assert_eq!(status(&answer), code, "{proxy:?} {target} {answer}");
            assert!(answer.contains(name), "{proxy:?} {answer}");
        }
        let data = stage
            .ask("GET /packages/@scope%2Fname", &cookie(&ada()))
            .await;
        assert!(
            data.contains("GET /packages/@scope%2Fname HTTP/1.1"),
            "{proxy:?} {data}"
        );
    }
}

#[tokio::test]
async fn bodies_reach_the_application_and_are_not_waited_for_when_refused() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let body = "a".repeat(20_000);
        let headers = format!(
            "Connection: close\r\nContent-Length: 20000\r\n{}",
            cookie(&ada())
        );
        let answer = stage.send("POST /admin/x", &headers, &body).await;
        assert_eq!(status(&answer), "200", "{proxy:?} {answer}");
        assert!(answer.ends_with(&body), "{proxy:?}");
        let refused = stage
            .send(
                "POST /admin/x",
                "Connection: close\r\nContent-Length: 20000\r\n",
                &body,
            )
            .await;
        assert_eq!(status(&refused), "401", "{proxy:?} {refused}");
        let chunked = format!(
            "Connection: close\r\nTransfer-Encoding: chunked\r\n{}",
            cookie(&ada())
        );
        let answer = stage
            .send("POST /admin/x", &chunked, "5\r\nhello\r\n0\r\n\r\n")
            .await;
        assert_eq!(status(&answer), "200", "{proxy:?} {answer}");
        assert!(answer.contains("hello"), "{proxy:?} {answer}");
    }
}

#[tokio::test]
async fn a_web_socket_opens_for_who_may_and_for_nobody_else() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let request = |more: &str| {
            format!(
                "GET /admin/live HTTP/1.1\r\nHost: {}\r\n{upgrade}{more}\r\n",
                stage.host
            )
        };
        let mut stream = stage.connect().await;
        stream
            .write_all(request(&cookie(&ada())).as_bytes())
            .await
            .unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 101", "{proxy:?}");
        stream.write_all(b"over the socket").await.unwrap();
        let mut rest = Vec::new();
        while !rest.ends_with(b"over the socket") {
            assert!(stream.read_buf(&mut rest).await.unwrap() > 0, "{proxy:?}");
        }
        let mut stream = stage.connect().await;
        stream.write_all(request("").as_bytes()).await.unwrap();
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 401", "{proxy:?}");
    }
}

#[tokio::test]
async fn the_hand_over_is_reached_at_the_applications_host_and_the_question_is_not() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let answer = stage
            .ask("GET /.samovar/whoami", "X-Forwarded-For: 9.9.9.9\r\n")
            .await;
        let expected = format!("hand-over at {} for 127.0.0.1", stage.host);
        assert!(
            answer.ends_with(&expected) || proxy == Proxy::Nginx && answer.contains("9.9.9.9"),
            "{proxy:?} {answer}"
        );
        assert_eq!(
            status(&stage.ask("GET /.samovar/check", "").await),
            "404",
            "{proxy:?}"
        );
        assert_eq!(
            status(&stage.ask("GET /.samovar/none", "").await),
            "404",
            "{proxy:?}"
        );
        assert!(stage.knows.checks.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_listed_origins_script_gets_its_preflight_and_sees_the_401_and_no_other_origin_does() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let wants = "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type\r\n";
        let preflight = stage
            .ask(
                "OPTIONS /admin/x",
                &format!("Origin: https://ui.test\r\n{wants}"),
            )
            .await;
        let seen = preflight.to_lowercase();
        assert_eq!(status(&preflight), "204", "{proxy:?} {preflight}");
        for header in [
            "access-control-allow-origin: https://ui.test\r\n",
            "access-control-allow-credentials: true\r\n",
            "access-control-allow-methods: put\r\n",
            "access-control-allow-headers: content-type\r\n",
        ] {
            assert!(seen.contains(header), "{proxy:?} {header} {preflight}");
        }
        let refused = stage
            .ask("PUT /admin/x", "Origin: https://ui.test\r\n")
            .await;
        assert_eq!(status(&refused), "401", "{proxy:?} {refused}");
        assert!(
            refused
                .to_lowercase()
                .contains("access-control-allow-origin: https://ui.test"),
            "{refused}"
        );
        for origin in [
            "https://evil.test",
            "http://ui.test",
            "https://ui.test.evil.test",
            "null",
        ] {
            let origin = format!("Origin: {origin}\r\n");
            for (line, more) in [("OPTIONS /admin/x", wants), ("PUT /admin/x", "")] {
                let answer = stage.ask(line, &format!("{origin}{more}")).await;
                assert!(
                    ["401", "403"].contains(&status(&answer)),
                    "{proxy:?} {answer}"
                );
                assert!(
                    !answer.to_lowercase().contains("access-control-allow"),
                    "{proxy:?} {answer}"
                );
            }
        }
        assert!(
            stage.echo.take().is_empty(),
            "{proxy:?} let something through"
        );
    }
}

#[tokio::test]
async fn the_longest_identity_and_the_longest_address_pass() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let answer = stage.ask("GET /long/identity", &cookie(&ada())).await;
        assert_eq!(status(&answer), "200", "{proxy:?} {answer} {}", stage.log());
        let whole = |letter: &str, times| answer.contains(&letter.repeat(times));
        assert!(
            whole("g", 4096 - 6) && whole("s", 8 * 1024 - 1),
            "{proxy:?} {answer}"
        );
        let long = format!("GET /{}", "a".repeat(7000));
        let answer = stage.ask(&long, BROWSER).await;
        assert_eq!(status(&answer), "303", "{proxy:?} {answer} {}", stage.log());
    }
}
