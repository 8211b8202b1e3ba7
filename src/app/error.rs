//! Why the server did not start, in one sentence for whoever reads the journal.

use crate::admin::AdminError;
use crate::http::sockets::ListenerError;
use crate::http::unix_socket::SocketError;
use crate::outgoing::OutgoingError;
use crate::policy::PolicyError;
use crate::store::{CommitError, StoreError};
use crate::token::KeyError;

/// Why the server did not start, or did not stop as it should.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first or last event cannot be written.
    #[error("the audit log cannot be written: {0}")]
    Commit(#[from] CommitError),
    /// What is stored is no policy.
    #[error("what is stored is no policy, so nothing is allowed: {}; restore the state folder from a backup", errors(.0))]
    Policy(Vec<PolicyError>),
    /// The table of built-in roles is misspelled.
    #[error("a built-in role cannot be read: {0}")]
    BuiltIn(crate::model::ParseError),
    /// The claim code cannot be written.
    #[error("the claim code cannot be written into the state folder: {0}")]
    Bootstrap(std::io::Error),
    /// The certificates cannot be used.
    #[error("{key} `{path}` cannot be used: {reason}")]
    CaFile {
        /// Which key names it.
        key: &'static str,
        /// Which file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// There is nobody whom outgoing connections could trust.
    #[error("outgoing connections would trust nobody: {0}")]
    Trust(OutgoingError),
    /// The outgoing client cannot be made.
    #[error("the outgoing HTTP client cannot be made: {0}")]
    Outgoing(reqwest::Error),
    /// No address to listen on.
    #[error(transparent)]
    Listener(#[from] ListenerError),
    /// A Unix socket cannot be made.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// An address of the configuration has no host.
    #[error("server.external_url has no host that can be used: {0}")]
    Host(crate::model::ParseError),
    /// Sessions of a provider that is gone could not be ended.
    #[error(transparent)]
    Sessions(#[from] crate::session::SessionError),
    /// Signals cannot be heard.
    #[error("signals cannot be waited for: {0}")]
    Signal(std::io::Error),
    /// The keys that sign tokens cannot be read or made.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Something of the policy could not be prepared.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

fn errors(errors: &[PolicyError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}
