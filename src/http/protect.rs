//! Security headers of every answer; an endpoint may set other values.
//!
//! Knows no endpoint. Must never overwrite a header.

use super::problem::AnswerTarget;
use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: with it, a browser sends `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (OPENER_POLICY, "same-origin"),
];

/// Keeps the reference between the window and the page that opened it; neither can read the other.
pub(super) fn keep_opener(headers: &mut HeaderMap) {
    headers.insert(OPENER_POLICY, HeaderValue::from_static("unsafe-none"));
}

/// Adds the headers that are missing.
pub(super) fn headers(headers: &mut HeaderMap, target: &AnswerTarget, strict_transport: bool) {
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if strict_transport {
        let year = HeaderValue::from_static("max-age=31536000");
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(year);
    }
    if let Ok(id) = HeaderValue::try_from(target.request.to_string()) {
        headers.insert("x-request-id", id);
    }
}
