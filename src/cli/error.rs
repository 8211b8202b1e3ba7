//! Why a command failed: a sentence for people, a code for programs, an exit code.

use serde_json::json;
use std::process::ExitCode;

/// What a command prints, or why it failed.
pub(super) type CliResult = Result<String, CliError>;

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CliErrorKind {
    /// It was tried and failed.
    Failed,
    /// The arguments are invalid.
    Usage,
    /// No sign-in on this terminal, or it has ended.
    NotSignedIn,
    /// The server, or the person, refused.
    Refused,
}

/// Why a command failed.
#[derive(Debug)]
pub(super) struct CliError {
    pub kind: CliErrorKind,
    /// Lower case, no final period, says what to do next.
    pub message: String,
}

impl CliError {
    pub(super) fn new(kind: CliErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            CliErrorKind::Failed => 1,
            CliErrorKind::Usage => 2,
            CliErrorKind::NotSignedIn => 3,
            CliErrorKind::Refused => 4,
        })
    }

    /// The error for programs.
    pub(super) fn json(&self) -> String {
        let code = match self.kind {
            CliErrorKind::Failed => "failed",
            CliErrorKind::Usage => "usage",
            CliErrorKind::NotSignedIn => "not_signed_in",
            CliErrorKind::Refused => "refused",
        };
        let error = json!({"error": code, "message": self.message});
        format!("{error}\n")
    }
}

impl From<String> for CliError {
    fn from(message: String) -> Self {
        Self::new(CliErrorKind::Failed, message)
    }
}
