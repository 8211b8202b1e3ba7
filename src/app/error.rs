//! Why the server did not start, in one sentence for the journal.

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
    /// The stored policy is not valid.
    #[error("the stored policy is not valid, so nothing is allowed: {}; restore the state folder from a backup", errors(.0))]
    Policy(Vec<PolicyError>),
    /// A built-in role does not parse.
    #[error("a built-in role cannot be read: {0}")]
    BuiltIn(crate::model::ParseError),
    /// The claim code of the first administrator cannot be written.
    #[error("the claim code cannot be written into the state folder: {0}")]
    Bootstrap(std::io::Error),
    /// A file of certificates cannot be used.
    #[error("{key} `{path}` cannot be used: {reason}")]
    CaFile {
        /// The key of the configuration that names it.
        key: &'static str,
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// Outgoing connections have no trusted certificate authority.
    #[error("outgoing connections have no trusted certificate authority: {0}")]
    Trust(OutgoingError),
    /// The outgoing client cannot be built.
    #[error("the outgoing HTTP client cannot be built: {0}")]
    HttpClient(reqwest::Error),
    /// An address cannot be listened on.
    #[error(transparent)]
    Listener(#[from] ListenerError),
    /// A Unix socket cannot be created.
    #[error(transparent)]
    Socket(#[from] SocketError),
    /// An address of the configuration has no valid host.
    #[error("server.external_url has no valid host: {0}")]
    Host(crate::model::ParseError),
    /// Sessions of a removed provider could not be ended.
    #[error(transparent)]
    Sessions(#[from] crate::session::SessionError),
    /// Signals cannot be waited for.
    #[error("signals cannot be waited for: {0}")]
    Signal(std::io::Error),
    /// The keys that sign tokens cannot be read or created.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The built-in objects of the policy could not be prepared.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

fn errors(errors: &[PolicyError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}
