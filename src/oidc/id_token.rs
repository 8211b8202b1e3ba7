//! Verification of an ID token (OpenID Core 3.1.3.7): issuer, audience, algorithm, signature, times, nonce, `at_hash`.

use super::OidcError;
use crate::model::Timestamp;
use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, Nonce,
    SignatureVerificationError,
};
use std::time::Duration;

/// Largest accepted difference between the clocks.
pub(super) const MAX_SKEW: Duration = Duration::from_secs(90);

/// Oldest accepted token: an older one does not come from the sign-in or sign-out that just happened.
pub(super) const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// The accepted algorithms, whatever a header names. None is symmetric: the client secret is not a signing key.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
];

/// The values that an ID token must match.
pub(super) struct IdTokenExpectations<'a> {
    pub client_id: &'a ClientId,
    pub nonce: &'a Nonce,
    pub now: Timestamp,
}

/// Why a token is rejected.
#[derive(Debug)]
pub(super) enum VerifyError {
    /// No known key signed it; the provider may have published another one since its keys were read.
    UnknownKey,
    Invalid(OidcError),
}

impl VerifyError {
    pub(super) fn invalid(message: &str) -> Self {
        Self::Invalid(OidcError::TokenInvalid(message.to_owned()))
    }
}

impl From<VerifyError> for OidcError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Invalid(error) => error,
            VerifyError::UnknownKey => {
                Self::TokenInvalid("no key of the provider signed it".to_owned())
            }
        }
    }
}

/// Makes every check except that of the access token.
pub(super) fn verify<'a>(
    token: &'a CoreIdToken,
    verifier: CoreIdTokenVerifier<'a>,
    expected: &IdTokenExpectations<'a>,
) -> Result<&'a CoreIdTokenClaims, VerifyError> {
    let now = expected.now;
    // The library accepts no skew for `exp`.
    let lenient = DateTime::from_timestamp_millis(now.minus(MAX_SKEW).millis());
    let lenient = lenient.ok_or_else(|| VerifyError::invalid("this server's clock is wrong"))?;
    let verifier = verifier
        .set_allowed_algs(ALGORITHMS)
        .set_other_audience_verifier_fn(|_| false)
        .set_time_fn(move || lenient);
    let claims = token.claims(&verifier, expected.nonce);
    let claims = claims.map_err(verify_error)?;
    check_issue_time(claims.issue_time(), now).map_err(VerifyError::Invalid)?;
    let azp = claims.authorized_party();
    if azp.is_some_and(|client| client.as_str() != expected.client_id.as_str()) {
        return Err(VerifyError::invalid("claim `azp` names another client"));
    }
    Ok(claims)
}

/// A token with `at_hash` must name this access token.
pub(super) fn check_access_token(
    token: &CoreIdToken,
    claims: &CoreIdTokenClaims,
    verifier: &CoreIdTokenVerifier<'_>,
    access_token: &AccessToken,
) -> Result<(), OidcError> {
    let Some(claimed) = claims.access_token_hash() else {
        return Ok(());
    };
    let wrong =
        || OidcError::TokenInvalid("claim `at_hash` does not match the access token".to_owned());
    let algorithm = token.signing_alg().map_err(|_| wrong())?;
    let key = token.signing_key(verifier).map_err(|_| wrong())?;
    let actual = AccessTokenHash::from_token(access_token, algorithm, key).map_err(|_| wrong())?;
    if actual == *claimed {
        Ok(())
    } else {
        Err(wrong())
    }
}

fn check_issue_time(issued: DateTime<Utc>, now: Timestamp) -> Result<(), OidcError> {
    let issued = Timestamp::from_millis(issued.timestamp_millis());
    let problem = if issued.since(now) > MAX_SKEW {
        "in the future"
    } else if now.since(issued) > MAX_AGE + MAX_SKEW {
        "long ago"
    } else {
        return Ok(());
    };
    let message = format!("issued at {issued}, which is {problem} at {now}");
    Err(OidcError::TimeInvalid(message))
}

fn verify_error(error: ClaimsVerificationError) -> VerifyError {
    use ClaimsVerificationError as E;
    use SignatureVerificationError as S;
    match error {
        E::Expired(message) => VerifyError::Invalid(OidcError::TimeInvalid(message)),
        E::InvalidNonce(_) => VerifyError::Invalid(OidcError::NonceMismatch),
        E::SignatureVerification(S::NoMatchingKey | S::CryptoError(_)) => VerifyError::UnknownKey,
        E::SignatureVerification(S::DisallowedAlg(_) | S::UnsupportedAlg(_)) => {
            VerifyError::Invalid(OidcError::AlgorithmUnsupported)
        }
        E::SignatureVerification(error) => VerifyError::invalid(&error.to_string()),
        E::InvalidIssuer(_) => VerifyError::invalid("claim `iss` names another issuer"),
        E::InvalidAudience(_) => VerifyError::invalid("claim `aud` names another client"),
        error => VerifyError::invalid(&error.to_string()),
    }
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
