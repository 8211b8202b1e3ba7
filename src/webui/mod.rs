//! The web UI, embedded in the binary (step 5): serves what `ui/embed.rs` had built, and nothing from the disk. Below
//! `/downloads/` that is the wheel of the FastAPI package, which anyone may install.
//!
//! Knows files and addresses of pages only; who may see what is decided by the API that the pages call. Must never allow
//! inline script or style, or anything from another origin.

use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{Endpoint, Request, Response, endpoint};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "ui/dist/"]
struct Files;

const PAGE: &str = "index.html";

/// First parts of the addresses of pages, as `ui/src/pages/index.ts` names them; a test compares the two.
const PAGES: [&str; 14] = [
    "",
    "access",
    "roles",
    "applications",
    "clients",
    "service-accounts",
    "explain",
    "sessions",
    "audit",
    "gitea",
    "providers",
    "signing-keys",
    "tokens",
    "api",
];

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Serves pages and their files at `/`. Every address of a page gets the same document; any other path is not found.
pub fn endpoint() -> impl Endpoint<Output = Response> {
    endpoint::make_sync(|request| answer(&request))
}

fn answer(request: &Request) -> poem::Result<Response> {
    let path = request.uri().path().trim_start_matches('/');
    let name = if is_page(path) { PAGE } else { path };
    // The document is served at the addresses of pages only: one address, one cache entry.
    let file = Files::get(name).filter(|_| path != PAGE);
    let file = file.ok_or(NotFoundError)?;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(MethodNotAllowedError.into());
    }
    let tag = format!(
        "\"{}\"",
        data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash())
    );
    let known = is_known(request.headers(), &tag);
    let response = Response::builder()
        .header(header::ETAG, tag)
        .header(header::CACHE_CONTROL, caching(name))
        .header(header::CONTENT_SECURITY_POLICY, POLICY);
    if known {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.content_type(media_type(name)).body(body(file)))
}

/// At most one part below the first: `/roles` and `/roles/new` are pages, `/roles/a/b` is none.
fn is_page(path: &str) -> bool {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    // Below `api` is the API itself; only its reference is a page.
    PAGES.contains(&first) && !rest.contains('/') && (first != "api" || rest == "docs")
}

/// Names below `assets/` carry a digest of their content, so what is behind one never changes. A name below `downloads/`
/// carries a version, which builds between two releases share.
fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else if name.starts_with("downloads/") {
        "public, max-age=300"
    } else {
        "no-cache"
    }
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        // A wheel is a zip, and has no media type of its own.
        Some("whl") => "application/zip",
        _ => "application/octet-stream",
    }
}

fn body(file: EmbeddedFile) -> poem::Body {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => bytes.into(),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    }
}

#[cfg(test)]
mod tests;
