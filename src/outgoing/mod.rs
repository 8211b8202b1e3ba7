//! Outgoing connections (step 1): whom they trust, and what is said when the other side's certificate is from nobody of those.
//!
//! Knows files of certificates and no address. Must never follow a redirect by itself, and must trust exactly the system's
//! store and what the operator named.

mod trust;

pub use trust::untrusted_issuer;

use reqwest::ClientBuilder;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::path::Path;

/// Why an outgoing client cannot be made, in words.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// The file of certificates cannot be used.
    #[error("{0}")]
    Certificates(String),
    /// There is nobody to trust.
    #[error(
        "{0}; install the system's certificates (Debian: `ca-certificates`), or name a file of your own"
    )]
    Trust(rustls::Error),
}

/// The beginning of an outgoing client: trusts the system's store and the certificates in that file in PEM form, says who
/// it is that it does not trust, and follows no redirect.
pub fn client(ca_file: Option<&Path>) -> Result<ClientBuilder, OutgoingError> {
    let own = ca_file.map(certificates).transpose()?;
    let tls = trust::config(own.unwrap_or_default())?;
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
    Ok(builder.redirect(reqwest::redirect::Policy::none()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, OutgoingError> {
    let unusable = |reason: String| OutgoingError::Certificates(reason);
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() {
        return Err(unusable("it holds no certificate in PEM form".to_owned()));
    }
    Ok(found)
}
