//! Preflight requests for the endpoints that ignore cookies: browser applications of any origin may call them.

use poem::http::{StatusCode, header};
use poem::{Response, handler};

/// Allows every origin.
#[handler]
pub(super) fn answer() -> Response {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header(header::ACCESS_CONTROL_ALLOW_METHODS, "POST")
        .header(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, X-Requested-With",
        )
        .header(header::ACCESS_CONTROL_MAX_AGE, "600")
        .finish()
}
