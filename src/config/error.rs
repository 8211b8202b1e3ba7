//! Errors of a configuration, each with the key that it is about.

use std::fmt;

/// One error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigError {
    /// `section.key`; empty for an error of the whole file.
    pub key: String,
    /// The line of the key, from 1, if the file has it.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
    /// True for a secret that was not found: the file itself may be valid.
    pub secret_missing: bool,
}

impl ConfigError {
    pub(super) const fn new(key: String, line: Option<usize>, message: String) -> Self {
        Self {
            key,
            line,
            message,
            secret_missing: false,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.as_str(), self.line) {
            ("", None) => f.write_str(&self.message),
            ("", Some(line)) => write!(f, "line {line}: {}", self.message),
            (key, None) => write!(f, "{key}: {}", self.message),
            (key, Some(line)) => write!(f, "{key} (line {line}): {}", self.message),
        }
    }
}

/// Every error of a configuration, ordered by key; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct ConfigErrors(Vec<ConfigError>);

fn lines(errors: &[ConfigError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl ConfigErrors {
    pub(super) fn new(mut errors: Vec<ConfigError>) -> Self {
        errors.sort();
        errors.dedup();
        Self(errors)
    }

    /// The errors.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}
