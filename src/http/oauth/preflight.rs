//! Preflights of the endpoints that take no cookie: a browser application of any site may call them, as any program may.

use poem::http::{StatusCode, header};
use poem::{Response, handler};

/// The answer, the same for everybody.
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
