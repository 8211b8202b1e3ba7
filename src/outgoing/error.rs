//! Why an outgoing client cannot be built.

/// Why an outgoing client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// The file of certificates cannot be used.
    #[error("{0}")]
    Certificates(String),
    /// No certificate authority is trusted.
    #[error(
        "{0}; install the system's certificates (Debian: `ca-certificates`), or name a file of your own"
    )]
    Trust(rustls::Error),
}
