//! The files of the web UI and their headers.

use super::{Files, PAGES, endpoint};
use poem::http::{HeaderName, Method, StatusCode, header};
use poem::{Endpoint, Request, Response};
use std::collections::BTreeSet;

async fn ask(method: Method, path: &str, cached: Option<&str>) -> Response {
    let request = Request::builder().method(method).uri_str(path);
    let request = match cached {
        Some(tag) => request.header(header::IF_NONE_MATCH, tag),
        None => request,
    };
    endpoint().get_response(request.finish()).await
}

async fn get(path: &str) -> Response {
    ask(Method::GET, path, None).await
}

fn text(response: &Response, name: HeaderName) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_page_gets_the_document_and_a_strict_policy() {
    for page in PAGES.into_iter().chain(["roles/new", "api/docs"]) {
        let page = if page == "api" { "api/docs" } else { page };
        let response = get(&format!("/{page}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{page}");
        assert_eq!(
            text(&response, header::CONTENT_TYPE),
            "text/html; charset=utf-8"
        );
        assert_eq!(text(&response, header::CACHE_CONTROL), "no-cache");
        let policy = text(&response, header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
    }
}

#[tokio::test]
async fn other_paths_are_not_found() {
    for path in [
        "/index.html",
        "/roles/a/b",
        "/api",
        "/api/v1",
        "/api/v1/me",
        "/assets/",
        "/nothing",
        "/..%2fCargo.toml",
        "/../Cargo.toml",
    ] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn pages_allow_get_and_head_only() {
    let posted = ask(Method::POST, "/roles", None).await;
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    let head = ask(Method::HEAD, "/roles", None).await;
    assert_eq!(head.status(), StatusCode::OK);
}

#[tokio::test]
async fn cached_document_is_not_sent_again() {
    let tag = text(&get("/").await, header::ETAG);
    for cached in [tag.clone(), format!("\"x\", W/{tag}")] {
        let again = ask(Method::GET, "/access", Some(&cached)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(text(&again, header::ETAG), tag);
    }
    let other = ask(Method::GET, "/", Some("\"x\"")).await;
    assert_eq!(other.status(), StatusCode::OK);
}

#[tokio::test]
async fn files_with_a_digest_in_their_name_are_immutable() {
    // A build without Node.js has none.
    for name in Files::iter().filter(|name| name.starts_with("assets/")) {
        let response = get(&format!("/{name}")).await;
        assert_eq!(response.status(), StatusCode::OK);
        let caching = text(&response, header::CACHE_CONTROL);
        assert_eq!(caching, "public, max-age=31536000, immutable");
        assert_ne!(
            text(&response, header::CONTENT_TYPE),
            "application/octet-stream",
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_wheel_of_this_version_is_served_to_anyone() {
    let name = concat!(
        "downloads/samovar_fastapi-",
        env!("CARGO_PKG_VERSION"),
        "-py3-none-any.whl"
    );
    let below = Files::iter().filter(|name| name.starts_with("downloads/"));
    assert_eq!(below.collect::<Vec<_>>(), [name]);
    let response = get(&format!("/{name}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(&response, header::CONTENT_TYPE), "application/zip");
    let caching = text(&response, header::CACHE_CONTROL);
    assert_eq!(caching, "public, max-age=300");
    let tag = text(&response, header::ETAG);
    let again = ask(Method::GET, &format!("/{name}"), Some(&tag)).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[test]
fn document_contains_nothing_that_the_policy_blocks() {
    let document = Files::get("index.html").unwrap();
    let text = std::str::from_utf8(&document.data).unwrap();
    assert!(!text.contains("<style") && !text.contains("style=") && !text.contains("onload="));
    for script in text.split("<script").skip(1) {
        assert!(script.split('>').next().unwrap().contains("src=\"/assets/"));
    }
}

#[test]
fn pages_match_those_of_the_ui() {
    let source = include_str!("../../ui/src/pages/index.ts");
    let named = source.split("path: \"/").skip(1);
    let named: BTreeSet<&str> = named
        .map(|rest| rest.split(['"', '/']).next().unwrap())
        .collect();
    assert_eq!(named, PAGES.into_iter().collect());
}
