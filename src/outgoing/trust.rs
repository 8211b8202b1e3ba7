//! Whose certificates are believed; the same as without us, but that an issuer who is not trusted is called by name.

use super::OutgoingError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use x509_cert::der::Decode as _;

/// Nobody whom we trust vouches for a certificate.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is from `{0}`, which is not trusted")]
struct Untrusted(String);

/// TLS with the system's store and these certificates, for HTTP/2 and HTTP/1.1.
///
/// The certificates are parsed here: what is none fails as one of theirs, whoever of the system's is not there as nobody.
pub(super) fn config(own: Vec<CertificateDer<'static>>) -> Result<ClientConfig, OutgoingError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(own, Arc::clone(&provider));
    let verifier = verifier.map_err(|error| match error {
        Error::General(_) => OutgoingError::Trust(error),
        other => OutgoingError::Certificates(other.to_string()),
    })?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(OutgoingError::Trust)?;
    let builder = builder.dangerous();
    let mut config = builder
        .with_custom_certificate_verifier(Arc::new(Naming(verifier)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier, whose every answer stands; only words are put in the place of words.
#[derive(Debug)]
struct Naming(Verifier);

impl ServerCertVerifier for Naming {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self
            .0
            .verify_server_cert(certificate, intermediates, name, ocsp, now);
        verified.map_err(|error| match error {
            // With another key under the same name an issuer is another one.
            Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            ) => {
                let untrusted = Untrusted(issuer(intermediates.last().unwrap_or(certificate)));
                let other = OtherError(Arc::new(untrusted));
                Error::InvalidCertificate(CertificateError::Other(other))
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// The name of whoever signed a certificate (RFC 4514), as far as it can be read.
fn issuer(certificate: &CertificateDer<'_>) -> String {
    let read = x509_cert::Certificate::from_der(certificate);
    let name = read.map(|certificate| certificate.tbs_certificate().issuer().to_string());
    let name = name.ok().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "an issuer without a name".to_owned());
    crate::model::DisplayText::lossy(&name).to_string()
}

/// The issuer who is not trusted, when that is why a request was not made.
pub fn untrusted_issuer(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(Error::InvalidCertificate(CertificateError::Other(OtherError(found)))) =
            error.downcast_ref()
        {
            return found
                .downcast_ref::<Untrusted>()
                .map(|found| found.0.clone());
        }
        // One of these calls the cause of what it holds its own.
        let held = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        cause = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}
