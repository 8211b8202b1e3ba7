//! The endpoints over a real connection, with a table in place of the gatekeeper.

use super::*;
use crate::access::{AccessRequest, Denial, UpstreamIdentity};
use crate::http::LogLimit;
use crate::http::TrustedProxies;
use crate::http::raw::{APPLICATION, Listening, OWN, ask, exchange, listen_for_checks, trusted};
use crate::model::IdentityHeader;
use crate::model::{SessionSecret, Timestamp};
use crate::token::ProxySecrets;
use poem::http::HeaderValue;
use std::sync::Arc;
use std::sync::Mutex;

/// Knows one session and a few paths; records the requests.
#[derive(Default)]
struct Table {
    checks: Mutex<Vec<String>>,
}

impl Table {
    fn decide(request: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        let target = String::from_utf8_lossy(request.line.target);
        match (&*target, request.credential) {
            ("/stale", _) => Err(Denial::MembershipStale {
                since: Timestamp::ZERO,
            }),
            ("//twice", _) => Err(Denial::TargetAmbiguous(
                crate::policy::TargetError::EmptySegment,
            )),
            (_, None) => Err(Denial::CredentialsMissing),
            ("/none", Some(_)) => Err(Denial::RouteUnknown),
            _ => Ok(UpstreamIdentity {
                identity: [
                    (IdentityHeader::User, HeaderValue::from_static("ada")),
                    (IdentityHeader::Email, HeaderValue::from_static("")),
                ]
                .into(),
                assertion: None,
            }),
        }
    }
}

impl DecisionPoint for Table {
    async fn check(&self, request: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        let client = request.origin.address.unwrap();
        let target = String::from_utf8_lossy(request.line.target);
        let line = format!("{} {} {target} {client}", request.line.method, request.host);
        self.checks.lock().unwrap().push(line);
        Self::decide(request)
    }

    async fn answer(&self, request: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        Self::decide(request)
    }
}

fn secrets() -> ProxySecrets {
    crate::token::SealKey::new([7; 32]).proxy_secrets()
}

async fn server() -> (Arc<Table>, Listening) {
    server_trusting(trusted()).await
}

async fn server_trusting(trusted: TrustedProxies) -> (Arc<Table>, Listening) {
    let table = Arc::new(Table::default());
    let services = CheckServices {
        decision_point: Arc::clone(&table),
        policy: crate::http::raw::policy(),
        secrets: secrets(),
        clock: Arc::new(crate::http::raw::Fixed),
        https: true,
        warnings: LogLimit::default(),
    };
    (table, listen_for_checks(services, trusted).await)
}

const NGINX: [&str; 3] = ["X-Original-Method", "X-Original-Host", "X-Original-URI"];
const CADDY: [&str; 3] = ["X-Forwarded-Method", "X-Forwarded-Host", "X-Forwarded-Uri"];
const BROWSER: &str = "Sec-Fetch-Mode: navigate\r\n";

fn signed_in() -> String {
    let secret = SessionSecret::generate(&crate::http::raw::Fixed).reveal();
    format!("Cookie: other=1; __Host-samovar-app={secret}\r\n")
}

fn question(path: &str, names: [&str; 3], method: &str, target: &str, more: &str) -> String {
    let [a, b, c] = names;
    format!(
        "GET {path} HTTP/1.1\r\nHost: {OWN}\r\n{a}: {method}\r\n{b}: {APPLICATION}\r\n{c}: {target}\r\n{more}\r\n"
    )
}

fn nginx(target: &str, more: &str) -> String {
    question("/forward-auth/nginx", NGINX, "GET", target, more)
}

fn answer(target: &str, more: &str) -> String {
    question("/forward-auth/nginx/answer", NGINX, "GET", target, more)
}

fn caddy(target: &str, more: &str) -> String {
    question("/forward-auth/caddy", CADDY, "GET", target, more)
}

async fn asserted(server: &Listening, request: String, holds: &[&str]) {
    let heard = ask(server, request.as_bytes()).await;
    for text in holds {
        assert!(heard.contains(text), "{text}\n{request}\n{heard}");
    }
}

#[tokio::test]
async fn allowed_request_gets_every_chosen_header_even_if_empty() {
    let (table, server) = server().await;
    let headers = ["HTTP/1.1 200", "remote-user: ada\r\n", "remote-email: \r\n"];
    let more = format!("{}X-Forwarded-For: 192.0.2.9\r\n", signed_in());
    asserted(&server, nginx("/a%2Fb?x", &more), &headers).await;
    asserted(&server, caddy("/c", &signed_in()), &headers).await;
    let seen = table.checks.lock().unwrap().clone();
    assert_eq!(
        seen,
        [
            "GET app.test /a%2Fb?x 192.0.2.9",
            "GET app.test /c 127.0.0.1"
        ]
    );
}

#[tokio::test]
async fn anonymous_browser_is_redirected_and_a_script_gets_401() {
    let (_, server) = server().await;
    let location = "location: https://app.test/.samovar/sign-in?rd=https://app.test/a%252Fb?x=%25C3%25A4%26y=1\r\n";
    let target = "/a%2Fb?x=%C3%A4&y=1";
    for request in [caddy(target, BROWSER), answer(target, BROWSER)] {
        asserted(&server, request, &["HTTP/1.1 303", location]).await;
    }
    let told = [
        "HTTP/1.1 401",
        "application/problem+json",
        "credentials_missing",
        "www-authenticate: Bearer",
    ];
    for request in [caddy("/a", ""), answer("/a", "")] {
        asserted(&server, request, &told).await;
    }
    asserted(&server, nginx("/a", BROWSER), &["HTTP/1.1 401"]).await;
    let post = question("/forward-auth/caddy", CADDY, "POST", "/a", BROWSER);
    asserted(&server, post, &["HTTP/1.1 401", "credentials_missing"]).await;
}

#[tokio::test]
async fn nginx_gets_401_or_403_then_the_answer_without_a_record() {
    let (table, server) = server().await;
    let me = signed_in();
    for (target, status, code) in [
        ("/none", "403", "route_unknown"),
        ("/stale", "503", "membership_stale"),
        ("//twice", "400", "target_ambiguous"),
    ] {
        asserted(&server, nginx(target, &me), &["HTTP/1.1 403"]).await;
        asserted(
            &server,
            answer(target, &me),
            &[&format!("HTTP/1.1 {status}"), code],
        )
        .await;
        asserted(
            &server,
            caddy(target, &me),
            &[&format!("HTTP/1.1 {status}"), code],
        )
        .await;
    }
    asserted(
        &server,
        answer("/fine", &me),
        &["HTTP/1.1 503", "check_unfinished"],
    )
    .await;
    assert_eq!(
        table.checks.lock().unwrap().len(),
        6,
        "one for each check, none for an answer"
    );
}

#[tokio::test]
async fn each_dialect_reads_only_its_headers_each_exactly_once() {
    let (table, server) = server().await;
    let me = signed_in();
    for (path, names) in [
        ("/forward-auth/caddy", CADDY),
        ("/forward-auth/nginx/answer", NGINX),
    ] {
        let other = if names == CADDY { NGINX } else { CADDY };
        let ambiguous = ["HTTP/1.1 400", "target_ambiguous"];
        asserted(&server, question(path, other, "GET", "/a", &me), &ambiguous).await;
        for name in names {
            let twice = format!("{me}{name}: /b\r\n");
            asserted(
                &server,
                question(path, names, "GET", "/a", &twice),
                &ambiguous,
            )
            .await;
        }
    }
    let spoofed = "X-Original-URI: /public\r\nX-Original-URL: /public\r\nX-Rewrite-URL: /public\r\nX-HTTP-Method-Override: DELETE\r\nForwarded: host=evil.test\r\nX-Original-Host: evil.test\r\n";
    asserted(
        &server,
        caddy("/a", &format!("{me}{spoofed}")),
        &["HTTP/1.1 200"],
    )
    .await;
    assert_eq!(*table.checks.lock().unwrap(), ["GET app.test /a 127.0.0.1"]);
}

#[tokio::test]
async fn query_of_the_endpoint_is_ignored() {
    let (table, server) = server().await;
    let path = "/forward-auth/caddy?rd=/x&policy=public&method=GET&uri=/none";
    let request = question(path, CADDY, "GET", "/a", &signed_in());
    asserted(&server, request, &["HTTP/1.1 200"]).await;
    assert_eq!(*table.checks.lock().unwrap(), ["GET app.test /a 127.0.0.1"]);
}

#[tokio::test]
async fn untrusted_peer_learns_which_setting_to_change() {
    let (table, server) = server_trusting(TrustedProxies::default()).await;
    let told = [
        "HTTP/1.1 403",
        "proxy_untrusted",
        "`127.0.0.1`",
        "`trusted_proxies`",
    ];
    for request in [caddy("/a", &signed_in()), answer("/a", &signed_in())] {
        asserted(&server, request, &told).await;
    }
    asserted(&server, nginx("/a", &signed_in()), &["HTTP/1.1 403"]).await;
    assert!(table.checks.lock().unwrap().is_empty());
}

#[tokio::test]
async fn too_long_target_is_replaced_by_the_root() {
    let (_, server) = server().await;
    let long = format!("/{}", "a".repeat(7 * 1024));
    let location = "location: https://app.test/.samovar/sign-in?rd=https://app.test/\r\n";
    asserted(&server, caddy(&long, BROWSER), &[location]).await;
}

fn get(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {OWN}\r\n{more}\r\n")
}

#[tokio::test]
async fn only_checks_are_served_and_other_paths_get_403() {
    let (_, server) = server().await;
    for path in [
        "/",
        "/api/v1/me",
        "/forward-auth",
        "/forward-auth/x",
        "/healthz",
        "/.samovar/sign-in",
    ] {
        let request = get(path, "");
        asserted(&server, request, &["HTTP/1.1 403", "check_misplaced"]).await;
    }
}

#[tokio::test]
async fn nginx_without_dialect_headers_gets_401_or_403() {
    let (_, server) = server().await;
    let me = signed_in();
    for odd in [
        get("/forward-auth/nginx", &me),
        get("/forward-auth/nginx", "Connection: close, Remote-User\r\n"),
        get("/forward-auth/nginx", "Host: other.test\r\n"),
        get(
            "/forward-auth/nginx",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        ),
        get("/auth", &me),
        "GET /forward-auth/nginx HTTP/1.0\r\n\r\n".to_owned(),
        "POST /forward-auth/nginx HTTP/1.1\r\nHost: a b\r\nContent-Length: 9\r\n\r\n".to_owned(),
        "GET /forward-auth/nginx HTTP/1.1\r\n\r\n".to_owned(),
    ] {
        let answer = ask(&server, odd.as_bytes()).await;
        let status = answer.get(9..12).unwrap_or_default();
        assert!(["401", "403"].contains(&status), "{odd}\n{answer}");
    }
}

#[tokio::test]
async fn check_is_answered_before_its_body_and_never_upgrades() {
    let (_, server) = server().await;
    for more in [
        "Content-Length: 5000000\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "Connection: Upgrade\r\nUpgrade: h2c\r\n",
    ] {
        let more = format!("{}{more}", signed_in());
        asserted(&server, nginx("/a", &more), &["HTTP/1.1 200"]).await;
    }
}

#[tokio::test]
async fn checks_keep_their_connection_whatever_they_answer() {
    let (_, server) = server().await;
    let mut stream = tokio::net::TcpStream::connect(server.address)
        .await
        .unwrap();
    let me = signed_in();
    for request in [
        nginx("/a", &me),
        nginx("/a", ""),
        get("/forward-auth/none", ""),
        nginx("/a", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        nginx("/a", "Connection: x\r\n"),
        caddy("/a", &me),
    ] {
        let answer = exchange(&mut stream, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{request}\n{answer}");
    }
}

#[tokio::test]
async fn a_body_that_never_comes_keeps_the_connection_usable() {
    let (table, server) = server().await;
    let me = signed_in();
    let mut stream = tokio::net::TcpStream::connect(server.address)
        .await
        .unwrap();
    for more in [
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "",
        "Content-Length: 0\r\n",
    ] {
        let request = nginx("/a", &format!("{me}{more}"));
        let answer = exchange(&mut stream, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{request}\n{answer}");
        let refused = nginx("/a", more);
        let answer = exchange(&mut stream, refused.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{refused}\n{answer}");
    }
    assert_eq!(table.checks.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn sent_body_is_never_read_as_a_check() {
    let (table, server) = server().await;
    let me = signed_in();
    let hidden = nginx("/hidden", &me);
    let length = format!("Content-Length: {}\r\n", hidden.len());
    for request in [
        format!("{}{hidden}", nginx("/a", &format!("{me}{length}"))),
        format!(
            "{}{hidden}",
            caddy("/a", &format!("{me}{length}Connection: close\r\n"))
        ),
        format!(
            "{}{hidden}",
            nginx("/a", &format!("{me}Transfer-Encoding: chunked\r\n"))
        ),
    ] {
        let mut stream = tokio::net::TcpStream::connect(server.address)
            .await
            .unwrap();
        let answer = exchange(&mut stream, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
        let rest = String::from_utf8_lossy(&rest).into_owned();
        assert!(!rest.contains("HTTP/1.1 200"), "{request}\n{rest}");
    }
    let checks = table.checks.lock().unwrap().clone();
    assert!(
        !checks.iter().any(|check| check.contains("/hidden")),
        "{checks:?}"
    );
}

#[tokio::test]
async fn malformed_head_is_answered_with_403() {
    let (_, server) = server().await;
    let long = format!(
        "GET /forward-auth/nginx HTTP/1.1\r\nA: {}\r\n\r\n",
        "a".repeat(20_000)
    );
    for odd in [
        long.as_str(),
        &format!(
            "GET /forward-auth/nginx HTTP/1.1\r\n{}\r\n",
            "A: b\r\n".repeat(200)
        ),
        "GET /forward-auth/nginx HTTP/1.1\r\nX: \u{1}\r\n\r\n",
        "GET /forward-auth/nginx HTTP/9.9\r\n\r\n",
        "\u{0}\r\n\r\n",
        "GET /forward-auth/nginx HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        let answer = ask(&server, odd.as_bytes()).await;
        let start = odd.get(..60).unwrap_or(odd);
        assert!(answer.starts_with("HTTP/1.1 403"), "{start:?}\n{answer}");
    }
}

#[tokio::test]
async fn remote_address_requires_the_applications_secret() {
    use crate::http::raw::listen_for_remote_checks;
    use secrecy::ExposeSecret as _;
    let table = Arc::new(Table::default());
    let policy = crate::http::raw::policy();
    let host = APPLICATION.parse().unwrap();
    let application = policy.load().application_at(&host).unwrap().clone();
    let services = CheckServices {
        decision_point: Arc::clone(&table),
        policy,
        secrets: secrets(),
        clock: Arc::new(crate::http::raw::Fixed),
        https: true,
        warnings: LogLimit::default(),
    };
    let server = listen_for_remote_checks(services).await;
    let secret = secrets().reveal(&application).expose_secret().to_owned();
    let sent = |secret: &str| format!("{}Samovar-Proxy-Secret: {secret}\r\n", signed_in());
    for request in [nginx("/a", &sent(&secret)), caddy("/a", &sent(&secret))] {
        asserted(&server, request, &["HTTP/1.1 200"]).await;
    }
    let mut other = application.clone();
    other.id = crate::model::ApplicationId::from_bytes([2; 16]);
    let foreign = secrets().reveal(&other).expose_secret().to_owned();
    let twice = format!("{}Samovar-Proxy-Secret: {secret}\r\n", sent(&secret));
    for more in [signed_in(), sent("smvp_x"), sent(&foreign), twice] {
        let refused = ["HTTP/1.1 403", "proxy_secret_invalid"];
        asserted(&server, caddy("/a", &more), &refused).await;
        asserted(&server, answer("/a", &more), &refused).await;
        asserted(&server, nginx("/a", &more), &["HTTP/1.1 403"]).await;
    }
    let unknown_host =
        caddy("/a", &sent(&secret)).replace("X-Forwarded-Host: app", "X-Forwarded-Host: none");
    asserted(
        &server,
        unknown_host,
        &["HTTP/1.1 403", "proxy_secret_invalid"],
    )
    .await;
    assert_eq!(table.checks.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn foreign_authorization_is_returned_for_the_application() {
    let (_, server) = server().await;
    let me = signed_in();
    let foreign = format!("{me}Authorization: Basic YTpi\r\n");
    let back = "samovar-authorization: Basic YTpi\r\n";
    asserted(&server, nginx("/a", &foreign), &["HTTP/1.1 200", back]).await;
    asserted(&server, caddy("/a", &foreign), &["HTTP/1.1 200", back]).await;
    let empty = ["HTTP/1.1 200", "samovar-authorization: \r\n"];
    asserted(&server, caddy("/a", &me), &empty).await;
    let twice = format!("{foreign}Authorization: Bearer x\r\n");
    asserted(&server, caddy("/a", &twice), &empty).await;
}
