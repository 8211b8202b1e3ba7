//! The recipient of an answer: a browser that navigates to a page, or a program.

use crate::model::RequestId;
use poem::http::{HeaderMap, HeaderName, Method, header};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// The recipient of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerTarget {
    /// The request id, which the answer repeats.
    pub request: RequestId,
    /// True for a browser that navigates to a page; every other client gets a document.
    pub page: bool,
}

/// Does a browser navigate to a page? Scripts, background fetches and prefetches do not.
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let browser = || match text(&SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate",
        None => text(&header::ACCEPT).is_some_and(|accept| accept.contains("text/html")),
    };
    let prefetch = || text(&SEC_PURPOSE).is_some_and(|purpose| purpose.contains("prefetch"));
    method == Method::GET && browser() && !prefetch() && !headers.contains_key(X_REQUESTED_WITH)
}

/// Does a browser show the answer as a page: after a navigation or the submission of a form?
pub fn is_shown_as_page(method: &Method, headers: &HeaderMap) -> bool {
    let mode = headers.get(SEC_FETCH_MODE);
    let submits = method == Method::POST && mode.is_some_and(|mode| mode == "navigate");
    submits || is_navigation(method, headers)
}
