//! Whom an answer is for: a browser on its way to a page, or somebody else.

use crate::model::RequestId;
use poem::http::{HeaderMap, Method};

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// The id that the answer repeats.
    pub request: RequestId,
    /// True for a browser on its way to a page; everybody else gets a document.
    pub page: bool,
}

/// Is this a browser on its way to a page? Scripts and background fetches never are, nor is a page fetched in advance.
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let in_advance = text("sec-purpose").is_some_and(|purpose| purpose.contains("prefetch"));
    let browser = match text("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => text("accept").is_some_and(|accept| accept.contains("text/html")),
    };
    method == Method::GET && browser && !in_advance && !headers.contains_key("x-requested-with")
}

/// Does a browser show the answer to a person: of a navigation, or of a form that the person submits?
pub fn is_shown_as_page(method: &Method, headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode");
    let submits = method == Method::POST && mode.is_some_and(|mode| mode == "navigate");
    submits || is_navigation(method, headers)
}
