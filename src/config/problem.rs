//! Problems of a configuration, each with the key that it is about.

use std::fmt;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// `section.key`; empty when the whole file is meant.
    pub key: String,
    /// Where the file says it, from 1; none when it does not.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub sentence: String,
    /// Is it a secret that is not there, where the file itself may be good?
    pub absent_secret: bool,
}

impl Problem {
    /// About a key.
    pub fn of(key: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            line: None,
            sentence: sentence.into(),
            absent_secret: false,
        }
    }

    /// About the whole file.
    pub fn of_file(sentence: impl Into<String>) -> Self {
        Self::of("", sentence)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.key.as_str(), self.line) {
            ("", None) => f.write_str(&self.sentence),
            ("", Some(line)) => write!(f, "line {line}: {}", self.sentence),
            (key, None) => write!(f, "{key}: {}", self.sentence),
            (key, Some(line)) => write!(f, "{key} (line {line}): {}", self.sentence),
        }
    }
}

/// Everything that is wrong with a configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// In the order of their keys.
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self(problems)
    }

    pub(super) fn one(problem: Problem) -> Self {
        Self(vec![problem])
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
