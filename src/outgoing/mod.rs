//! Outgoing connections (layer 1): the certificate authorities that they trust, and the issuer of an untrusted certificate.
//!
//! Knows files of certificates and no address. Must never follow a redirect, and must trust only the system's store and
//! the certificates that the operator named.

mod error;
mod trust;

pub use error::OutgoingError;
pub use trust::untrusted_issuer;

use reqwest::ClientBuilder;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::path::Path;

/// The builder of an outgoing client: trusts the system's store and the certificates in the file (PEM), and follows no
/// redirect. [`untrusted_issuer`] finds the issuer of an untrusted certificate in its errors.
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
