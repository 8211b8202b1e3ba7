//! Problem documents (RFC 9457): what a caller is told when something is not done. Only here, and in
//! `oauth::answer` for the errors of RFC 6749, is it known which status an error has.
//!
//! Knows `access`'s refusals and the faults of the doors beside it. Must never say who else may do something, and never
//! carry an internal error's text: that goes to the log with the request id.

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

/// Why something was not done, for the caller.
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
    /// A problem with a sentence (lower case, no final period, says what to do next).
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

    /// Ours to mend. The cause goes to the log, never to the caller.
    pub fn internal() -> Self {
        Self::new(
            ProblemCode::Internal,
            "the request could not be served; the server's log says why under this request id",
        )
    }

    /// Adds a member of its own (RFC 9457 section 3.2).
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.members.insert(member.to_owned(), value);
        self
    }

    /// Told to whoever showed an access token, or not: then it is that which opens nothing (RFC 6750 section 3.1).
    #[must_use]
    pub fn of_bearer(self, of_bearer: bool) -> Self {
        Self { of_bearer, ..self }
    }

    /// Seconds after which it may be tried again, where time mends it.
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        Self {
            after: seconds,
            ..self
        }
    }

    /// What `Retry-After` says, where time mends it.
    pub fn retry_after(&self) -> Option<u64> {
        let mends = [
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        mends.contains(&self.status()).then_some(self.after)
    }

    /// The path, at the same host, that tries again: a button on the page.
    pub fn again(&self) -> Option<&str> {
        self.again.as_deref()
    }

    /// What kind it is.
    pub const fn code(&self) -> ProblemCode {
        self.code
    }

    /// The status of its answer.
    pub const fn status(&self) -> StatusCode {
        code::status(self.code)
    }

    /// The title of its document and page.
    pub const fn title(&self) -> &'static str {
        code::title(self.code)
    }

    /// Is it one that signing in would mend?
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
