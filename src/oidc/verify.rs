//! The checks of an ID token (OpenID Core 3.1.3.7): issuer, audience, algorithm, signature, times, nonce, `at_hash`.

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

/// How far the clocks may differ.
pub(super) const SKEW: Duration = Duration::from_secs(90);

/// An ID token of a sign-in is young; an older one was kept by somebody.
pub(super) const OLDEST: Duration = Duration::from_secs(10 * 60);

/// What is accepted; never what a header says. No symmetric algorithm: the client secret is no signing key.
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

/// What an ID token is checked against.
pub(super) struct Expected<'a> {
    pub client_id: &'a ClientId,
    pub nonce: &'a Nonce,
    pub now: Timestamp,
}

/// Why a token was not accepted; an unknown key is worth one more look at the provider's keys.
pub(super) enum Rejected {
    UnknownKey,
    Invalid(OidcError),
}

/// Every check but the one of the access token.
pub(super) fn claims<'a>(
    token: &'a CoreIdToken,
    verifier: CoreIdTokenVerifier<'a>,
    expected: &Expected<'a>,
) -> Result<&'a CoreIdTokenClaims, Rejected> {
    let now = expected.now;
    // The library knows no skew for the end: a token may have ended a moment ago.
    let lenient = instant(now.minus(SKEW)).ok_or_else(|| other("this server's clock is wrong"))?;
    let verifier = verifier
        .set_allowed_algs(ALGORITHMS)
        .set_other_audience_verifier_fn(|_| false)
        .set_time_fn(move || lenient)
        .set_issue_time_verifier_fn(move |issued| check_issued(issued, now));
    let claims = token.claims(&verifier, expected.nonce).map_err(rejected)?;
    let other_party = claims
        .authorized_party()
        .is_some_and(|party| party.as_str() != expected.client_id.as_str());
    if other_party {
        return Err(other("claim `azp` names another client"));
    }
    Ok(claims)
}

/// When the token speaks of the access token, it must speak of this one.
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
        || OidcError::TokenInvalid("claim `at_hash` does not fit the access token".to_owned());
    let algorithm = token.signing_alg().map_err(|_| wrong())?;
    let key = token.signing_key(verifier).map_err(|_| wrong())?;
    let actual = AccessTokenHash::from_token(access_token, algorithm, key).map_err(|_| wrong())?;
    if actual == *claimed {
        Ok(())
    } else {
        Err(wrong())
    }
}

fn check_issued(issued: DateTime<Utc>, now: Timestamp) -> Result<(), String> {
    let issued = Timestamp::from_millis(issued.timestamp_millis());
    if issued.since(now) > SKEW {
        return Err(format!(
            "time: issued at {issued}, which is in the future at {now}"
        ));
    }
    if now.since(issued) > OLDEST + SKEW {
        return Err(format!(
            "time: issued at {issued}, which is long ago at {now}"
        ));
    }
    Ok(())
}

fn instant(at: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at.millis())
}

pub(super) fn other(what: &str) -> Rejected {
    Rejected::Invalid(OidcError::TokenInvalid(what.to_owned()))
}

fn rejected(error: ClaimsVerificationError) -> Rejected {
    use ClaimsVerificationError as E;
    use SignatureVerificationError as S;
    Rejected::Invalid(match error {
        E::Expired(what) => OidcError::OutOfTime(what),
        E::Other(what) if what.starts_with("time: ") => {
            OidcError::OutOfTime(what.trim_start_matches("time: ").to_owned())
        }
        E::InvalidNonce(_) => OidcError::Overtaken,
        E::SignatureVerification(S::NoMatchingKey | S::CryptoError(_)) => {
            return Rejected::UnknownKey;
        }
        E::SignatureVerification(S::DisallowedAlg(_) | S::UnsupportedAlg(_)) => {
            OidcError::AlgorithmWrong
        }
        E::SignatureVerification(error) => OidcError::TokenInvalid(error.to_string()),
        E::InvalidIssuer(_) => {
            OidcError::TokenInvalid("claim `iss` names another issuer".to_owned())
        }
        E::InvalidAudience(_) => {
            OidcError::TokenInvalid("claim `aud` names another client".to_owned())
        }
        error => OidcError::TokenInvalid(error.to_string()),
    })
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
