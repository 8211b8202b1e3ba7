//! Why a command did not do it: one sentence, a word for programs, an exit code.

use serde_json::json;
use std::process::ExitCode;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was tried and not done.
    Failed,
    /// What was typed cannot be meant.
    Usage,
    /// Nobody is signed in, or not any more.
    NotSignedIn,
    /// The server, or the person, said no.
    Refused,
}

/// Why a command did not do it.
#[derive(Debug)]
pub(super) struct Failure {
    pub kind: Kind,
    /// Lower case, no final period, says what to do next.
    pub sentence: String,
}

impl Failure {
    pub(super) fn new(kind: Kind, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
        }
    }

    /// Its exit code.
    pub(super) fn code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::NotSignedIn => 3,
            Kind::Refused => 4,
        })
    }

    /// The same for programs.
    pub(super) fn json(&self) -> String {
        let word = match self.kind {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::NotSignedIn => "not_signed_in",
            Kind::Refused => "refused",
        };
        let error = json!({"error": word, "message": self.sentence});
        format!("{error}\n")
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self::new(Kind::Failed, sentence)
    }
}
