//! Errors in the values of one request, reported together.
//!
//! Knows no noun. Must never stop at the first error.

use crate::admin::AdminError;
use crate::http::{Problem, ProblemCode};
use crate::model::ParseError;
use serde_json::json;
use std::fmt::Display;

/// The maximum number of errors in one problem document.
const MAX_ERRORS: usize = 100;

/// Errors, each with a JSON pointer into the body (RFC 6901) or the name of a parameter.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// Notes an error.
    pub fn note(&mut self, pointer: impl Display, detail: impl Display) {
        if self.0.len() < MAX_ERRORS {
            self.0.push((pointer.to_string(), detail.to_string()));
        }
    }

    /// True if further errors are not noted.
    pub const fn is_full(&self) -> bool {
        self.0.len() >= MAX_ERRORS
    }

    /// The value, or `None` after noting its error.
    pub fn keep<T>(&mut self, pointer: impl Display, value: Result<T, ParseError>) -> Option<T> {
        value.map_err(|error| self.note(pointer, error)).ok()
    }

    /// Parses an optional text; `None` if it is absent, or after noting its error.
    pub fn parse<T>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, ParseError>,
    ) -> Option<T> {
        text.and_then(|text| self.keep(pointer, parse(text)))
    }

    /// The value, or `None` after noting what is required instead.
    pub fn require<T>(
        &mut self,
        pointer: impl Display,
        value: Option<T>,
        required: impl Display,
    ) -> Option<T> {
        if value.is_none() {
            self.note(pointer, format_args!("{required} is required here"));
        }
        value
    }

    /// The value, unless an error was noted.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.into_problem(ProblemCode::RequestMalformed)),
        }
    }

    /// A problem that lists every error.
    pub fn into_problem(self, code: ProblemCode) -> Problem {
        let details: Vec<&str> = self.0.iter().map(|(_, detail)| &**detail).collect();
        let problem = Problem::new(code, details.join("; "));
        let list = self.0.iter();
        let list = list.map(|(pointer, detail)| json!({"pointer": pointer, "detail": detail}));
        problem.with("errors", list.collect())
    }
}

/// The problem with one value.
pub fn invalid(pointer: impl Display, detail: impl Display) -> Problem {
    let mut errors = FieldErrors::default();
    errors.note(pointer, detail);
    errors.into_problem(ProblemCode::RequestMalformed)
}

/// The problem if no object of this kind has the id in the path.
pub fn not_found(kind: &'static str) -> Problem {
    AdminError::Missing(kind).into()
}
