//! Verification of server certificates: that of the platform, with the name of the issuer in the error.

use super::error::OutgoingError;
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

/// The issuer of a certificate is not trusted.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is from `{0}`, which is not trusted")]
struct UntrustedIssuerError(String);

/// TLS with the system's store and these certificates, for HTTP/2 and HTTP/1.1.
///
/// Parses the certificates: an error that is not general is about one of them.
pub(super) fn config(own: Vec<CertificateDer<'static>>) -> Result<ClientConfig, OutgoingError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(own, Arc::clone(&provider));
    let verifier = verifier.map_err(|error| match error {
        Error::General(_) => OutgoingError::Trust(error),
        error => OutgoingError::Certificates(error.to_string()),
    })?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(OutgoingError::Trust)?;
    let builder = builder.dangerous();
    let mut config = builder
        .with_custom_certificate_verifier(Arc::new(NamingVerifier(verifier)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier; changes no result, only the error for an untrusted issuer.
#[derive(Debug)]
struct NamingVerifier(Verifier);

impl ServerCertVerifier for NamingVerifier {
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
            // An issuer with the name of a trusted one and another key gives a bad signature.
            Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            ) => {
                let untrusted =
                    UntrustedIssuerError(issuer(intermediates.last().unwrap_or(certificate)));
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

/// The name of the issuer of a certificate (RFC 4514).
fn issuer(certificate: &CertificateDer<'_>) -> String {
    let parsed = x509_cert::Certificate::from_der(certificate);
    let name = parsed.map(|certificate| certificate.tbs_certificate().issuer().to_string());
    let name = name.ok().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "an issuer without a name".to_owned());
    crate::model::DisplayText::lossy(&name).to_string()
}

/// The issuer that is not trusted, if that is the cause of the error.
pub fn untrusted_issuer(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(Error::InvalidCertificate(CertificateError::Other(OtherError(found)))) =
            error.downcast_ref()
        {
            return found
                .downcast_ref::<UntrustedIssuerError>()
                .map(|found| found.0.clone());
        }
        // `io::Error::source` skips the error that it wraps.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
