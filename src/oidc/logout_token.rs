//! Verification of a logout token (OpenID Back-Channel Logout 1.0, section 2.6), which a provider posts when a person
//! signs out there. Pure.
//!
//! Must never accept an ID token as a logout token: `events` and `nonce` distinguish them.

use super::OidcError;
use super::id_token::{ALGORITHMS, MAX_AGE, MAX_SKEW, VerifyError};
use crate::model::{Subject, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JwsSigningAlgorithm};
use serde_json::{Map, Value};

/// Longest token that is read.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A sign-out at the provider: of one session, or of all sessions of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// The subject of the person.
    pub subject: Option<Subject>,
    /// The provider's session id.
    pub sid: Option<String>,
    /// `jti`, which is accepted once.
    pub id: String,
    /// From then on the token is too old.
    pub until: Timestamp,
}

/// The values that a logout token must match.
pub(super) struct LogoutExpectations<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub now: Timestamp,
}

fn invalid(message: &str) -> VerifyError {
    VerifyError::invalid(message)
}

#[derive(serde::Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// Makes every check except whether the token was used before.
pub(super) fn verify(
    token: &str,
    expected: &LogoutExpectations<'_>,
    keys: &[CoreJsonWebKey],
) -> Result<LogoutToken, VerifyError> {
    let claims = verify_signature(token, keys)?;
    let claims: Map<String, Value> = json(claims, "its claims cannot be read")?;
    check_claims(&claims, expected)
}

/// The part with the claims, after the check that a key of the provider signed it.
pub(super) fn verify_signature<'a>(
    token: &'a str,
    keys: &[CoreJsonWebKey],
) -> Result<&'a str, VerifyError> {
    let unsigned = || invalid("it is not a signed token");
    let parts = token.rsplit_once('.');
    let parts = parts.filter(|_| token.len() <= MAX_TOKEN_BYTES);
    let (signed, signature) = parts.ok_or_else(unsigned)?;
    let (header, claims) = signed.split_once('.').ok_or_else(unsigned)?;
    let header: Header = json(header, "its header cannot be read")?;
    check_header(&header)?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes());
    let signature = signature.map_err(|_| invalid("its signature cannot be read"))?;
    if !is_signed(&header, signed.as_bytes(), &signature, keys) {
        return Err(VerifyError::UnknownKey);
    }
    Ok(claims)
}

fn json<T: serde::de::DeserializeOwned>(part: &str, message: &str) -> Result<T, VerifyError> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes());
    let value = bytes
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.ok_or_else(|| invalid(message))
}

fn check_header(header: &Header) -> Result<(), VerifyError> {
    if !ALGORITHMS.contains(&header.alg) {
        return Err(VerifyError::Invalid(OidcError::AlgorithmUnsupported));
    }
    let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
    let typ = typ
        .as_deref()
        .map(|typ| typ.trim_start_matches("application/"));
    if !matches!(typ, None | Some("logout+jwt" | "jwt")) {
        return Err(invalid("header `typ` is that of another kind of token"));
    }
    if header.crit.is_some() {
        return Err(invalid("header `crit` names an unknown extension"));
    }
    Ok(())
}

/// Did one of the provider's keys sign it? A key in the token is ignored.
fn is_signed(header: &Header, signed: &[u8], signature: &[u8], keys: &[CoreJsonWebKey]) -> bool {
    let kid = header.kid.as_deref();
    let for_signing =
        |key: &CoreJsonWebKey| !matches!(key.key_use(), Some(CoreJsonWebKeyUse::Encryption));
    let fits = |key: &&CoreJsonWebKey| {
        let key_type = header.alg.key_type();
        let is_of_type = key_type.is_some_and(|key_type| key_type == *key.key_type());
        let has_id = kid.is_none() || kid == key.key_id().map(|kid| kid.as_str());
        is_of_type && for_signing(key) && has_id
    };
    let mut keys = keys.iter().filter(fits);
    keys.any(|key| key.verify_signature(&header.alg, signed, signature).is_ok())
}

fn check_claims(
    claims: &Map<String, Value>,
    expected: &LogoutExpectations<'_>,
) -> Result<LogoutToken, VerifyError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(invalid("claim `iss` names another issuer"));
    }
    if !is_only_for(claims.get("aud"), expected.client_id) {
        return Err(invalid("claim `aud` names another client"));
    }
    let issued = check_times(claims, expected.now)?;
    let id = text("jti").filter(|id| (1..=255).contains(&id.len()));
    let id = id.ok_or_else(|| invalid("claim `jti` is missing or too long"))?;
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(invalid("claim `events` names no logout"));
    }
    if claims.contains_key("nonce") {
        return Err(invalid("claim `nonce` must not be there"));
    }
    let subject = claims
        .get("sub")
        .map(|sub| sub.as_str().unwrap_or_default().parse());
    let subject = subject.transpose();
    let subject = subject.map_err(|_| invalid("claim `sub` has a form that is not allowed"))?;
    let sid = claims
        .get("sid")
        .map(|sid| sid.as_str().unwrap_or_default().to_owned());
    if sid.as_deref() == Some("") || (subject.is_none() && sid.is_none()) {
        return Err(invalid("claims `sub` and `sid` are both missing or empty"));
    }
    Ok(LogoutToken {
        subject,
        sid,
        id: id.to_owned(),
        until: issued.plus(MAX_AGE + MAX_SKEW),
    })
}

/// Is this client the only audience?
fn is_only_for(audience: Option<&Value>, client_id: &str) -> bool {
    match audience {
        Some(Value::String(name)) => name == client_id,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|name| name == client_id),
        _ => false,
    }
}

fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, VerifyError> {
    let at = |name: &str| {
        let seconds = claims.get(name).and_then(Value::as_i64);
        // Until the end of the year 9999.
        let seconds = seconds.filter(|seconds| (0..253_402_300_800).contains(seconds));
        seconds.map(Timestamp::from_seconds)
    };
    let time = |message| VerifyError::Invalid(OidcError::TimeInvalid(message));
    let issued = at("iat").ok_or_else(|| invalid("claim `iat` is missing or not a time"))?;
    let ends = at("exp").ok_or_else(|| invalid("claim `exp` is missing or not a time"))?;
    if issued.since(now) > MAX_SKEW || now.since(issued) > MAX_AGE + MAX_SKEW {
        return Err(time(format!("claim `iat` is {issued}, and it is {now}")));
    }
    if now.since(ends) > MAX_SKEW {
        return Err(time(format!("claim `exp` is {ends}, and it is {now}")));
    }
    Ok(issued)
}

#[cfg(test)]
#[path = "logout_token_tests.rs"]
mod tests;
