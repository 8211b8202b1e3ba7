//! The checks of a logout token (OpenID Back-Channel Logout 1.0, section 2.6), which a provider posts when a person signs
//! out there. Pure.
//!
//! An ID token is no logout token and the other way round: `events` and `nonce` tell them apart.

use super::OidcError;
use super::verify::{ALGORITHMS, OLDEST, Rejected, SKEW, other};
use crate::model::{Subject, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JwsSigningAlgorithm};
use serde_json::{Map, Value};

/// Longest token that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whose sign-in at the provider has ended: that of a session, or all of a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// The person.
    pub subject: Option<Subject>,
    /// The provider's name for the sign-in.
    pub sid: Option<String>,
    /// `jti`: it counts once.
    pub id: String,
    /// After it the token is too old in any case.
    pub until: Timestamp,
}

/// What a logout token is checked against.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub now: Timestamp,
}

#[derive(serde::Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// Every check of a token but whether it was used before.
pub(super) fn read(
    token: &str,
    expected: &Expected<'_>,
    keys: &[CoreJsonWebKey],
) -> Result<LogoutToken, Rejected> {
    let claims: Map<String, Value> = json(signed(token, keys)?, "its claims do not read")?;
    check_claims(&claims, expected)
}

/// The part with the claims, once a key of the provider's has signed it.
pub(super) fn signed<'a>(token: &'a str, keys: &[CoreJsonWebKey]) -> Result<&'a str, Rejected> {
    let (signed, signature) = token
        .rsplit_once('.')
        .filter(|_| token.len() <= LONGEST)
        .ok_or_else(|| other("it is no signed token"))?;
    let (header, claims) = signed
        .split_once('.')
        .ok_or_else(|| other("it is no signed token"))?;
    let header: Header = json(header, "its header does not read")?;
    check_header(&header)?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes());
    let signature = signature.map_err(|_| other("its signature does not read"))?;
    if !signed_by_one(&header, signed.as_bytes(), &signature, keys) {
        return Err(Rejected::UnknownKey);
    }
    Ok(claims)
}

fn json<T: serde::de::DeserializeOwned>(part: &str, wrong: &str) -> Result<T, Rejected> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes());
    let value = bytes
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.ok_or_else(|| other(wrong))
}

fn check_header(header: &Header) -> Result<(), Rejected> {
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Rejected::Invalid(OidcError::AlgorithmWrong));
    }
    let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
    let typ = typ
        .as_deref()
        .map(|typ| typ.trim_start_matches("application/"));
    if !matches!(typ, None | Some("logout+jwt" | "jwt")) {
        return Err(other("header `typ` is that of another kind of token"));
    }
    if header.crit.is_some() {
        return Err(other("header `crit` asks for something unknown"));
    }
    Ok(())
}

/// Never a key from the token itself.
fn signed_by_one(
    header: &Header,
    signed: &[u8],
    signature: &[u8],
    keys: &[CoreJsonWebKey],
) -> bool {
    let wanted = header.kid.as_deref();
    let for_signing =
        |key: &CoreJsonWebKey| !matches!(key.key_use(), Some(CoreJsonWebKeyUse::Encryption));
    let fits = |key: &&CoreJsonWebKey| {
        let named = key.key_id().map(|kid| kid.as_str());
        let kind = header
            .alg
            .key_type()
            .is_some_and(|kind| kind == *key.key_type());
        kind && for_signing(key) && (wanted.is_none() || wanted == named)
    };
    let mut keys = keys.iter().filter(fits);
    keys.any(|key| key.verify_signature(&header.alg, signed, signature).is_ok())
}

fn check_claims(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
) -> Result<LogoutToken, Rejected> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(other("claim `iss` names another issuer"));
    }
    if !is_for(claims.get("aud"), expected.client_id) {
        return Err(other("claim `aud` names another client"));
    }
    let issued = check_times(claims, expected.now)?;
    let id = text("jti").filter(|id| (1..=255).contains(&id.len()));
    let id = id.ok_or_else(|| other("claim `jti` is missing or too long"))?;
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(other("claim `events` does not speak of a logout"));
    }
    if claims.contains_key("nonce") {
        return Err(other("claim `nonce` must not be there"));
    }
    let subject = claims
        .get("sub")
        .map(|sub| sub.as_str().unwrap_or_default().parse());
    let subject = subject.transpose();
    let subject = subject.map_err(|_| other("claim `sub` has a form that is not allowed"))?;
    let sid = claims
        .get("sid")
        .map(|sid| sid.as_str().unwrap_or_default().to_owned());
    if sid.as_deref() == Some("") || (subject.is_none() && sid.is_none()) {
        return Err(other("claims `sub` and `sid` name nobody"));
    }
    Ok(LogoutToken {
        subject,
        sid,
        id: id.to_owned(),
        until: issued.plus(OLDEST + SKEW),
    })
}

/// For this client and nobody else.
fn is_for(audience: Option<&Value>, client_id: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|one| one == client_id),
        _ => false,
    }
}

fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, Rejected> {
    let at = |name: &str| {
        let seconds = claims.get(name).and_then(Value::as_i64);
        // Beyond the year 9999 it is no time.
        let seconds = seconds.filter(|seconds| (0..253_402_300_800).contains(seconds));
        seconds.map(Timestamp::from_seconds)
    };
    let late = |what: String| Rejected::Invalid(OidcError::OutOfTime(what));
    let issued = at("iat").ok_or_else(|| other("claim `iat` is missing or no time"))?;
    let ends = at("exp").ok_or_else(|| other("claim `exp` is missing or no time"))?;
    if issued.since(now) > SKEW || now.since(issued) > OLDEST + SKEW {
        return Err(late(format!("claim `iat` is {issued}, and it is {now}")));
    }
    if now.since(ends) > SKEW {
        return Err(late(format!("claim `exp` is {ends}, and it is {now}")));
    }
    Ok(issued)
}

#[cfg(test)]
#[path = "logout_tests.rs"]
mod tests;
