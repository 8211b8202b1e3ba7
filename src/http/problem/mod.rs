//! Problem documents (RFC 9457). Only this module, and `oauth::answer` for the errors of RFC 6749, map errors to statuses.
//!
//! Knows the denials of `access` and the errors of the endpoints. Must never name another principal's permissions, nor
//! contain the text of an internal error, which goes to the log with the request id.

mod answer;
mod answer_target;
mod code;
mod of_access;
mod of_framework;

#[cfg(test)]
mod tests;

pub use crate::model::ProblemCode;
pub use answer_target::{AnswerTarget, is_navigation, is_shown_as_page};
pub(super) use code::status;

use poem::http::StatusCode;
use serde_json::{Map, Value};
use std::fmt;

/// Why a request failed, for the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    code: ProblemCode,
    detail: String,
    scope: Option<String>,
    again: Option<String>,
    after: u64,
    of_bearer: bool,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem with a detail: lower case, no final period; says what is wrong and what to do.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            scope: None,
            again: None,
            after: 5,
            of_bearer: false,
            members: Map::new(),
        }
    }

    /// An internal error. The cause goes to the log, never to the caller.
    pub fn internal() -> Self {
        Self::new(
            ProblemCode::Internal,
            "the request could not be served; the server's log says why under this request id",
        )
    }

    /// Adds an extension member (RFC 9457 section 3.2).
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.members.insert(member.to_owned(), value);
        self
    }

    /// Sets whether the caller presented an access token; then the challenge names `invalid_token` (RFC 6750 section 3.1).
    #[must_use]
    pub fn of_bearer(self, of_bearer: bool) -> Self {
        Self { of_bearer, ..self }
    }

    /// Sets the seconds of `Retry-After`, for problems that are temporary.
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        Self {
            after: seconds,
            ..self
        }
    }

    /// The seconds of `Retry-After`, for problems that are temporary.
    pub fn retry_after(&self) -> Option<u64> {
        let temporary = [
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        temporary.contains(&self.status()).then_some(self.after)
    }

    /// The path at the same host for the button *Try again*.
    pub fn again(&self) -> Option<&str> {
        self.again.as_deref()
    }

    /// Its code.
    pub const fn code(&self) -> ProblemCode {
        self.code
    }

    /// The status of its answer.
    pub const fn status(&self) -> StatusCode {
        code::status(self.code)
    }

    /// The title of its page.
    pub const fn title(&self) -> &'static str {
        code::title(self.code)
    }

    /// Would signing in resolve it?
    pub const fn asks_for_sign_in(&self) -> bool {
        matches!(
            self.code,
            ProblemCode::CredentialsMissing | ProblemCode::SessionEnded
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}
