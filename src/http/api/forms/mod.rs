//! Between messages and model types: `read` takes a message in with everything that is wrong at once, `show` gives a
//! model value out.

pub(super) mod application;
mod application_warning;
pub(super) mod audit_event;
pub(super) mod decision;
pub(super) mod directory;
pub(super) mod machine;
pub(super) mod me;
pub(super) mod mirror;
pub(super) mod names;
pub(super) mod provider;
pub(super) mod role;
pub(super) mod role_binding;
pub(super) mod session;
pub(super) mod token;

use crate::http::{Problem, ProblemCode};
use crate::model::ParseError;
use serde_json::{Value, json};
use std::fmt::Display;
use std::ops::Deref;
use std::str::FromStr;

/// Values that are wrong, each by its place in the message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Errors(Vec<(String, String)>);

impl Errors {
    /// Reads one text; remembers what is wrong with it under the JSON pointer.
    pub(super) fn read<T: FromStr<Err = ParseError>>(
        &mut self,
        pointer: impl Display,
        text: &str,
    ) -> Option<T> {
        self.keep(pointer, text.parse())
    }

    /// Keeps a value, or remembers what is wrong with it.
    pub(super) fn keep<T>(
        &mut self,
        pointer: impl Display,
        value: Result<T, ParseError>,
    ) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(ParseError(sentence)) => {
                self.0.push((pointer.to_string(), sentence));
                None
            }
        }
    }

    /// Reads a list; the pointer of each is that of the list with its place.
    pub(super) fn read_each<T: FromStr<Err = ParseError>, C: FromIterator<T>>(
        &mut self,
        pointer: &str,
        texts: &[impl Deref<Target = str>],
    ) -> C {
        let places = texts.iter().enumerate();
        places
            .filter_map(|(at, text)| self.read(format_args!("{pointer}/{at}"), text))
            .collect()
    }

    /// The value, unless something was wrong somewhere.
    pub(super) fn unless_any<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.problem()),
        }
    }

    /// Remembers something that is wrong.
    pub(super) fn note(&mut self, pointer: impl Display, sentence: impl Display) {
        self.0.push((pointer.to_string(), sentence.to_string()));
    }

    /// A malformed request, with everything that is wrong.
    pub(super) fn problem(self) -> Problem {
        self.problem_of(ProblemCode::RequestMalformed)
    }

    /// A problem that names everything that is wrong.
    pub(super) fn problem_of(self, code: ProblemCode) -> Problem {
        let sentences: Vec<&str> = self.0.iter().map(|(_, sentence)| &**sentence).collect();
        let detail = sentences.join("; ");
        let each =
            |(pointer, detail): &(String, String)| json!({"pointer": pointer, "detail": detail});
        let errors: Vec<Value> = self.0.iter().map(each).collect();
        Problem::new(code, detail).with("errors", Value::Array(errors))
    }
}

/// The problem with one value.
pub(super) fn problem_at(pointer: &str, sentence: impl Display) -> Problem {
    let mut errors = Errors::default();
    errors.note(pointer, sentence);
    errors.problem()
}

/// There is no such object.
pub(super) fn missing(what: &str) -> Problem {
    Problem::new(
        ProblemCode::NotFound,
        format!("no {what} has this id; it may have been deleted"),
    )
}

/// Reads an id out of the address.
pub(super) fn id<T: FromStr<Err = ParseError>>(text: &str) -> Result<T, Problem> {
    parameter("id", text)
}

/// Reads one parameter of the address.
pub(super) fn parameter<T: FromStr<Err = ParseError>>(
    name: &str,
    text: &str,
) -> Result<T, Problem> {
    let mut errors = Errors::default();
    let value = errors.read(name, text);
    errors.unless_any(value)
}

/// A part of a name that is looked for, letters compared without case.
pub(super) struct Search(String);

impl Search {
    /// Nothing finds everything.
    pub(super) fn new(text: Option<&str>) -> Self {
        Self(text.unwrap_or("").to_lowercase())
    }

    /// Is it a part of this name?
    pub(super) fn finds(&self, name: &str) -> bool {
        self.0.is_empty() || name.to_lowercase().contains(&self.0)
    }

    /// Is it this very name?
    pub(super) fn names(&self, name: &str) -> bool {
        name.to_lowercase() == self.0
    }
}

/// A count as messages carry it.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The names of those that are true.
fn those(named: &[(&'static str, bool)]) -> Vec<&'static str> {
    let them = named.iter().filter(|(_, is)| *is);
    them.map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests;
