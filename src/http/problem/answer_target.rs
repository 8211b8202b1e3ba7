//! Whom an answer is for: a browser on its way to a page, or somebody else.

use crate::model::RequestId;
use poem::http::{HeaderMap, HeaderName, Method, header};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerTarget {
    /// The id that the answer repeats.
    pub request: RequestId,
    /// True for a browser on its way to a page; everybody else gets a document.
    pub page: bool,
}

/// Is this a browser on its way to a page? Scripts and background fetches never are, nor is a page fetched in advance.
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let browser = || match text(&SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate",
        None => text(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html")),
    };
    let in_advance = || text(&SEC_PURPOSE).is_some_and(|purpose| purpose.contains("prefetch"));
    method == Method::GET && browser() && !in_advance() && !headers.contains_key(X_REQUESTED_WITH)
}

/// Does a browser show the answer to a person: of a navigation, or of a form that the person submits?
pub fn is_shown_as_page(method: &Method, headers: &HeaderMap) -> bool {
    let mode = headers.get(SEC_FETCH_MODE);
    let submits = method == Method::POST && mode.is_some_and(|mode| mode == "navigate");
    submits || is_navigation(method, headers)
}
