//! The problem document of the API.

use poem::error::ResponseError;
use poem::http::StatusCode;

/// What went wrong, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub(super) struct Problem {
    code: &'static str,
    detail: String,
    errors: Vec<(String, String)>,
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }
}

impl Problem {
    /// A problem without further particulars.
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }
}
