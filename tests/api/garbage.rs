//! No input gives a 5xx, and every refusal is a problem document: a table of garbage for every operation.

use crate::api::operations::{Operation, all};
use crate::api::world::{Answer, Ask, Who, World};

const SOME_ID: &str = "0190a5e2-0000-7000-8000-0000000000aa";

/// Operations that ask Gitea, which is away in this world: their 503 is no matter of input.
fn asks_gitea(operation: &Operation) -> bool {
    operation.path.ends_with("/mirror/sync")
}

fn survives(operation: &Operation, answer: &Answer, garbage: &str) {
    let name = format!("{} with {garbage}", operation.name());
    if asks_gitea(operation) && answer.status == 503 {
        return;
    }
    assert!(
        answer.status < 500,
        "{name}: {} {}",
        answer.status,
        answer.text
    );
    if answer.status >= 400 {
        let kind = answer.header("content-type");
        assert_eq!(kind, "application/problem+json", "{name}");
        let document = answer.json();
        for member in ["type", "title", "status", "code", "detail", "request_id"] {
            assert!(!document[member].is_null(), "{name}: no `{member}`");
        }
        assert_eq!(document["status"], answer.status, "{name}");
        assert!(!answer.text.contains("<html"), "{name}");
    }
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = "[".repeat(50_000).into_bytes();
    let many = format!("[{}1]", "1,".repeat(100_000)).into_bytes();
    vec![
        ("nothing", vec![]),
        ("null", b"null".to_vec()),
        ("a list", b"[]".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("half an object", b"{\"name\":".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("no UTF-8", vec![b'"', 0xff, 0xfe, b'"']),
        ("a lone surrogate", b"{\"name\":\"\\ud800\"}".to_vec()),
        ("a nested abyss", deep),
        ("a long list", many),
        (
            "a number for a text",
            b"{\"name\":1,\"code\":2,\"host\":3}".to_vec(),
        ),
        (
            "a repeated member",
            b"{\"name\":\"a\",\"name\":\"b\",\"permissions\":[]}".to_vec(),
        ),
        (
            "an unknown member",
            b"{\"__proto__\":{},\"built_in\":true}".to_vec(),
        ),
        (
            "an unknown kind",
            b"{\"role\":\"x\",\"subject\":{\"kind\":\"root\"},\"range\":{\"kind\":\"moon\"}}"
                .to_vec(),
        ),
        (
            "a zero byte",
            b"{\"name\":\"a\\u0000b\",\"code\":\"\\u0000\"}".to_vec(),
        ),
    ]
}

#[tokio::test]
async fn every_operation_survives_every_body() {
    let mut world = World::start().await;
    for operation in all() {
        for (what, body) in bodies() {
            let ask = Ask::of(&operation, SOME_ID)
                .by(Who::Administrator)
                .header("if-match", "\"1\"")
                .bytes("application/json", body);
            let answer = world.call(ask).await;
            survives(&operation, &answer, what);
            // These bodies may be empty; what is asked of them has no such object.
            let may_be_empty = ["/secrets", "/proxy-secret/rotate"];
            let may_be_empty = may_be_empty.iter().any(|end| operation.path.ends_with(end));
            let empty = what == "an empty object" && may_be_empty;
            if operation.takes_body() {
                let expected = if empty { 404 } else { 400 };
                assert_eq!(answer.status, expected, "{} with {what}", operation.name());
            }
        }
        world = world.next(&operation).await;
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_or_too_long_is_refused_as_such() {
    let world = World::start().await;
    for operation in all().iter().filter(|operation| operation.takes_body()) {
        let ask = Ask::of(operation, SOME_ID)
            .by(Who::Administrator)
            .header("if-match", "\"1\"");
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/html",
            "x",
            "",
        ] {
            let answer = world.call(ask.clone().text(kind, "{}")).await;
            answer.is_problem(415, "media_type_unsupported", &operation.name());
        }
        let long = format!("{{\"name\":\"{}\"}}", "a".repeat(2 * 1024 * 1024));
        let answer = world.call(ask.text("application/json", &long)).await;
        answer.is_problem(413, "body_too_large", &operation.name());
    }
}

const TEXTS: [&str; 16] = [
    "0",
    "-1",
    "9223372036854775808",
    "1.5",
    "%00",
    "%2F",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%ff%fe",
    "%F0%9F%94%A5",
    "'%20OR%201=1--",
    "%3Cscript%3E",
    "0190A5E2-0000-7000-8000-0000000000AA",
    "0190a5e2-0000-7000-8000-0000000000aa",
    "null",
    "*",
];

#[tokio::test]
async fn every_operation_survives_every_text_in_its_address() {
    let (mut world, long) = (World::start().await, "a".repeat(4000));
    for operation in all() {
        if operation.parameters("path").is_empty() {
            continue;
        }
        for text in TEXTS.iter().copied().chain([long.as_str()]) {
            let ask = Ask::of(&operation, text)
                .by(Who::Administrator)
                .header("if-match", "\"1\"");
            let answer = world.call(ask).await;
            survives(&operation, &answer, text);
            assert!(answer.status >= 400, "{} took {text}", operation.name());
        }
        world = world.next(&operation).await;
    }
}

#[tokio::test]
async fn every_operation_survives_every_text_in_its_query() {
    let (mut world, long) = (World::start().await, "a".repeat(4000));
    for operation in all() {
        for name in operation.parameters("query") {
            for text in TEXTS.iter().copied().chain(["", &long, "1&limit=2"]) {
                let mut ask = Ask::of(&operation, SOME_ID).by(Who::Administrator);
                ask.path = format!("{}?{name}={text}", ask.path);
                let answer = world.call(ask).await;
                survives(&operation, &answer, &format!("{name}={text}"));
            }
        }
        world = world.next(&operation).await;
    }
}

#[tokio::test]
async fn every_operation_survives_every_version_and_odd_header() {
    let mut world = World::start().await;
    for operation in all() {
        let versions = [
            "",
            "*",
            "3",
            "W/\"\"",
            "\"1\", \"2\"",
            "\"-1\"",
            "\"18446744073709551616\"",
        ];
        for version in versions {
            let ask = Ask::of(&operation, SOME_ID)
                .by(Who::Administrator)
                .header("if-match", version)
                .header("accept", "text/html")
                .header("content-length", "0");
            let answer = world.call(ask).await;
            survives(&operation, &answer, version);
            if !operation.parameters("header").is_empty() {
                answer.is_problem(428, "version_required", &operation.name());
            }
        }
        world = world.next(&operation).await;
    }
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_get_documents_too() {
    let world = World::start().await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/me",
        "/api/v1/me/",
        "/api/v1//me",
        "/api/v1/ME",
    ] {
        let ask = Ask::new("GET", path)
            .by(Who::Administrator)
            .header("accept", "text/html");
        world.call(ask).await.is_problem(404, "not_found", path);
    }
    for operation in all() {
        for method in ["PATCH", "TRACE", "PROPFIND", "OPTIONS"] {
            let mut ask = Ask::of(&operation, SOME_ID).by(Who::Administrator);
            method.clone_into(&mut ask.method);
            let name = format!("{method} {}", operation.path);
            let answer = world.call(ask).await;
            answer.is_problem(405, "method_not_allowed", &name);
            let allowed = answer.header("allow");
            let mut allowed = allowed.split(", ");
            assert!(allowed.any(|method| method == operation.method), "{name}");
        }
    }
}
