//! Requests that pass the gate and requests that do not, as bytes over a real connection.

use crate::http::raw::{APPLICATION, Listening, OWN, ask, listen, listen_knowing};
use crate::http::{KnownCaller, RequestContext, listener};
use poem::{Route, get, handler};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

#[handler]
fn echo(exchange: RequestContext, body: String) -> String {
    let client = exchange.origin.address.unwrap();
    format!(
        "{} {client} {} {body}",
        exchange.host, exchange.by_trusted_proxy
    )
}

async fn server() -> Listening {
    server_with(listener::Settings::default()).await
}

async fn server_with(limits: listener::Settings) -> Listening {
    let own = Route::new().at("/echo", get(echo).post(echo));
    let application = Route::new().at("/.samovar/echo", get(echo).post(echo));
    listen(own, application, limits).await
}

fn get_from(host: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n")
}

fn post_to(host: &str, path: &str, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n{more}\r\nhi")
}

/// A request, and texts that the status line and the body of its answer contain.
type Row = (String, &'static str, &'static str);

fn from_host(host: &str, path: &str, status: &'static str, holds: &'static str) -> Row {
    (get_from(host, path, ""), status, holds)
}

fn with(more: &str, status: &'static str, holds: &'static str) -> Row {
    (get_from(OWN, "/echo", more), status, holds)
}

fn posted(more: &str, status: &'static str, holds: &'static str) -> Row {
    (post_to(OWN, "/echo", more), status, holds)
}

fn raw(request: &str, status: &'static str, holds: &'static str) -> Row {
    (request.to_owned(), status, holds)
}

fn hosts() -> Vec<Row> {
    vec![
        from_host(OWN, "/echo", "200", "samovar.test 127.0.0.1 true"),
        from_host("SAMOVAR.test.:443", "/echo", "200", "samovar.test"),
        with("X-Forwarded-For: 192.0.2.7\r\n", "200", "192.0.2.7"),
        from_host(APPLICATION, "/.samovar/echo", "200", "app.test"),
        from_host(APPLICATION, "/echo", "404", "not_found"),
        from_host(APPLICATION, "/api/v1/me", "404", "not_found"),
        from_host("evil.test", "/echo", "421", "host_unknown"),
        from_host("evil.test", "/.samovar/echo", "421", "host_unknown"),
        from_host("a b", "/echo", "400", "host_invalid"),
        with("Host: samovar.test\r\n", "400", "host_invalid"),
        raw("GET /echo HTTP/1.1\r\n\r\n", "400", "host_invalid"),
        raw("GET /echo HTTP/1.0\r\n\r\n", "400", "host_invalid"),
        from_host(OWN, "http://evil.test/echo", "400", "host_invalid"),
        from_host(OWN, "http://samovar.test/echo", "200", "samovar.test"),
        from_host(OWN, "/nowhere", "404", "\"code\":\"not_found\""),
    ]
}

fn framings() -> Vec<Row> {
    let long = "POST /echo HTTP/1.1\r\nHost: samovar.test\r\nContent-Length: 101\r\n\r\n";
    let put = "PUT /echo HTTP/1.1\r\nHost: samovar.test\r\n\r\n";
    vec![
        raw(put, "405", "method_not_allowed"),
        with("Connection: Remote-User\r\n", "400", "target_ambiguous"),
        with("Connection: keep-alive, Upgrade\r\n", "200", "samovar.test"),
        posted("", "200", "hi"),
        posted(
            "Transfer-Encoding: chunked\r\n",
            "400",
            "framing_unsupported",
        ),
        posted("Content-Length: 3\r\n", "400", ""),
        raw(long, "413", "body_too_large"),
    ]
}

fn origins() -> Vec<Row> {
    let other = "origin_foreign";
    let hand_over = |origin: &str| {
        let origin = format!("Origin: {origin}\r\n");
        post_to(APPLICATION, "/.samovar/echo", &origin)
    };
    vec![
        posted("Cookie: a=b\r\n", "403", other),
        posted(
            "Cookie: a=b\r\nOrigin: https://samovar.test\r\n",
            "200",
            "hi",
        ),
        posted("Origin: http://samovar.test\r\n", "403", other),
        posted("Origin: https://app.test\r\n", "403", other),
        posted("Origin: null\r\n", "403", other),
        posted("Sec-Fetch-Site: same-site\r\n", "403", other),
        posted("Sec-Fetch-Site: cross-site\r\n", "403", other),
        posted(
            "Cookie: a=b\r\nSec-Fetch-Site: same-origin\r\n",
            "200",
            "hi",
        ),
        with("Cookie: a=b\r\nSec-Fetch-Site: cross-site\r\n", "200", ""),
        (hand_over("https://app.test"), "200", "app.test"),
        (hand_over("https://samovar.test"), "403", other),
    ]
}

#[tokio::test]
async fn only_unambiguous_requests_pass() {
    let server = server().await;
    for (request, status, holds) in [hosts(), framings(), origins()].concat() {
        let answer = ask(&server, request.as_bytes()).await;
        let line = answer.lines().next().unwrap_or_default();
        assert!(line.contains(status), "{request}\n{answer}");
        assert!(answer.contains(holds), "{request}\n{answer}");
    }
}

#[tokio::test]
async fn every_answer_is_protected_and_carries_its_request_id() {
    let server = server().await;
    for path in ["/echo", "/nowhere"] {
        let answer = ask(
            &server,
            get_from(OWN, path, "Accept: text/html\r\n").as_bytes(),
        )
        .await;
        for header in [
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'",
            "cache-control: no-store",
            "strict-transport-security: ",
            "x-request-id: ",
        ] {
            assert!(answer.contains(header), "{header}\n{answer}");
        }
    }
}

#[tokio::test]
async fn only_sign_in_pages_keep_their_opener() {
    let server = server().await;
    for (path, policy) in [
        ("/auth/sign-in", "unsafe-none"),
        ("/oauth/authorize?x", "unsafe-none"),
        ("/oauth/token", "same-origin"),
        ("/authority", "same-origin"),
        ("/echo", "same-origin"),
    ] {
        let answer = ask(&server, get_from(OWN, path, "").as_bytes()).await;
        let header = format!("cross-origin-opener-policy: {policy}\r\n");
        assert!(answer.contains(&header), "{path}\n{answer}");
    }
}

#[tokio::test]
async fn the_public_listener_answers_no_check() {
    let server = server().await;
    for (host, path) in [
        (OWN, "/forward-auth/nginx"),
        (OWN, "/forward-auth/caddy?x"),
        (OWN, "/forward-auth"),
        (APPLICATION, "/forward-auth/nginx"),
        ("127.0.0.1:8700", "/forward-auth/nginx/answer"),
        ("a b", "/forward-auth/x"),
    ] {
        for more in ["", "Connection: x\r\n", "Content-Length: 99999\r\n"] {
            let answer = ask(&server, get_from(host, path, more).as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{path}\n{answer}");
            assert!(answer.contains("check_misplaced"), "{path}\n{answer}");
        }
    }
    let other = ask(&server, get_from(OWN, "/forward-authority", "").as_bytes()).await;
    assert!(other.starts_with("HTTP/1.1 404"), "{other}");
}

#[tokio::test]
async fn missing_body_ends_its_connection() {
    let server = server().await;
    let request = "POST /echo HTTP/1.1\r\nHost: samovar.test\r\nContent-Length: 2\r\n\r\n";
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("request_timeout"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn denial_closes_the_connection_only_with_unread_body() {
    let server = server().await;
    for (request, closes) in [
        (post_to(OWN, "/echo", "Origin: null\r\n"), true),
        (post_to("evil.test", "/echo", ""), true),
        (
            post_to(OWN, "/echo", "Transfer-Encoding: chunked\r\n"),
            true,
        ),
        (post_to(OWN, "/nowhere", ""), false),
        (get_from("evil.test", "/echo", ""), false),
    ] {
        let answer = ask(&server, request.as_bytes()).await;
        assert_eq!(
            answer.contains("connection: close"),
            closes,
            "{request}\n{answer}"
        );
    }
}

#[tokio::test]
async fn long_body_needs_the_api_and_a_known_caller() {
    let own = Route::new()
        .at("/echo", get(echo).post(echo))
        .at("/api/echo", get(echo).post(echo));
    let known: KnownCaller = Box::new(|headers| headers.contains_key("x-known"));
    let server = listen_knowing(own, known).await;
    let body = "x".repeat(150);
    for (path, more, status) in [
        ("/echo", "X-Known: yes\r\n", "413"),
        ("/api/echo", "", "413"),
        ("/api/echo", "X-Known: yes\r\n", "200"),
    ] {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {OWN}\r\nContent-Length: 150\r\n{more}\r\n");
        let answer = ask(&server, (head + &body).as_bytes()).await;
        assert_eq!(answer.get(9..12), Some(status), "{path} {more}\n{answer}");
    }
}

#[tokio::test]
async fn request_is_finished_after_a_disconnect() {
    let [begun, go, done] = [(); 3].map(|()| Arc::new(Notify::new()));
    let inside = [&begun, &go, &done].map(Arc::clone);
    let change = poem::endpoint::make(move |_| {
        let [begun, go, done] = inside.clone();
        async move {
            begun.notify_one();
            go.notified().await;
            done.notify_one();
            "done"
        }
    });
    let own = Route::new()
        .at("/change", change)
        .at("/echo", poem::post(echo));
    let server = listen(own, Route::new(), listener::Settings::default()).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    let request = post_to(OWN, "/change", "");
    client.write_all(request.as_bytes()).await.unwrap();
    begun.notified().await;
    drop(client);
    let other = ask(&server, post_to(OWN, "/echo", "").as_bytes()).await;
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
    go.notify_one();
    let soon = Duration::from_secs(10);
    tokio::time::timeout(soon, done.notified()).await.unwrap();
}

#[tokio::test]
async fn malformed_requests_never_cause_a_server_error() {
    // An incomplete head times out soon.
    let limits = listener::Settings {
        proxy_head_timeout: Duration::from_millis(500),
        ..listener::Settings::default()
    };
    let server = server_with(limits).await;
    let host = "Host: samovar.test\r\n";
    for odd in [
        format!("OPTIONS * HTTP/1.1\r\n{host}\r\n"),
        format!("CONNECT samovar.test:443 HTTP/1.1\r\n{host}\r\n"),
        format!("TRACE /echo HTTP/1.1\r\n{host}\r\n"),
        format!("BREW /echo HTTP/1.1\r\n{host}\r\n"),
        format!("GET /% HTTP/1.1\r\n{host}\r\n"),
        format!("GET /%ff%00/x HTTP/1.1\r\n{host}\r\n"),
        format!("GET /echo?%zz=%ff&&& HTTP/1.1\r\n{host}\r\n"),
        format!("GET {} HTTP/1.1\r\n{host}\r\n", "/a".repeat(6000)),
        format!(
            "GET /echo HTTP/1.1\r\n{host}Cookie: {}\r\n\r\n",
            "=;,\"=".repeat(900)
        ),
        format!("GET /echo HTTP/1.1\r\n{host}X-Forwarded-For: ,,[::,1.2.3.4:x\r\n\r\n"),
        format!("GET /echo HTTP/1.1\r\n{host}Content-Length: 99999999999999999999\r\n\r\n"),
        format!("GET /echo HTTP/9.9\r\n{host}\r\n"),
        "\r\n\r\nGET".to_owned(),
        "\u{0}\u{1}\u{2}\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ] {
        let answer = ask(&server, odd.as_bytes()).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{odd:?}\n{answer}");
    }
    let after = ask(&server, get_from(OWN, "/echo", "").as_bytes()).await;
    assert!(after.starts_with("HTTP/1.1 200"), "{after}");
}
