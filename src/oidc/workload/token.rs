//! A workload's token in its parts, and the workload that a verified token identifies.

use super::error::WorkloadError;
use super::members::Members;
use crate::model::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// Longest token that is read.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Members of a header that would supply a key or change what the signature covers.
const REJECTED_HEADERS: [&str; 7] = ["crit", "jwk", "jku", "x5c", "x5u", "b64", "zip"];

/// A parsed token that is not verified.
pub struct WorkloadToken<'a> {
    pub(super) signature: TokenSignature<'a>,
    pub(super) claims: Members,
}

impl<'a> WorkloadToken<'a> {
    /// Parses a token.
    pub fn read(text: &'a str) -> Result<Self, WorkloadError> {
        let (signature, claims) = TokenSignature::read(text)?;
        Ok(Self {
            signature,
            claims: Members::read(&claims)?,
        })
    }

    /// The issuer that it names.
    pub fn issuer(&self) -> Result<&str, WorkloadError> {
        let issuer = self.claims.text("iss");
        issuer.ok_or(WorkloadError::ClaimInvalid("iss"))
    }
}

/// The signature of a token, and what it must be verified with.
pub(super) struct TokenSignature<'a> {
    pub algorithm: String,
    pub key_id: String,
    pub signed: &'a [u8],
    pub bytes: Vec<u8>,
}

impl<'a> TokenSignature<'a> {
    /// Also returns the payload.
    fn read(text: &'a str) -> Result<(Self, Vec<u8>), WorkloadError> {
        let malformed = || WorkloadError::Malformed("it is not three parts of base64url");
        if text.len() > MAX_TOKEN_BYTES {
            return Err(WorkloadError::Malformed("it is longer than 8 KiB"));
        }
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes());
        let header = decode(header).map_err(|_| malformed())?;
        let payload = decode(payload).map_err(|_| malformed())?;
        let header = Members::read(&header)?;
        check_header(&header)?;
        let names = header.text("alg").zip(header.text("kid"));
        let (algorithm, key_id) = names.ok_or(WorkloadError::Malformed(
            "its header lacks `alg` or `kid` as text",
        ))?;
        let signature = Self {
            algorithm: algorithm.to_owned(),
            key_id: key_id.to_owned(),
            signed: signed.as_bytes(),
            bytes: decode(signature).map_err(|_| malformed())?,
        };
        Ok((signature, payload))
    }
}

fn check_header(header: &Members) -> Result<(), WorkloadError> {
    let has = |name: &&str| header.get(name).is_some();
    if REJECTED_HEADERS.iter().any(has) {
        let message = "its header has a member that is never accepted, such as `crit` or `jwk`";
        return Err(WorkloadError::Malformed(message));
    }
    match header.get("typ") {
        None => Ok(()),
        Some(Value::String(typ)) if typ.eq_ignore_ascii_case("JWT") => Ok(()),
        Some(_) => Err(WorkloadError::Malformed(
            "`typ` of its header is not `JWT`: it is a token of another kind",
        )),
    }
}

/// Does a key of the set verify the signature? For published vectors, whose payloads are not claims.
#[cfg(test)]
pub(crate) fn is_signed(text: &str, keys: Value) -> bool {
    let keys: super::issuer_key::PublishedKeySet = serde_json::from_value(keys).unwrap();
    let keys = keys.usable();
    let Ok((signature, _)) = TokenSignature::read(text) else {
        return false;
    };
    let mut keys = keys.iter();
    let key = keys.find(|key| key.is(&signature.key_id, &signature.algorithm));
    key.is_some_and(|key| key.verify(signature.signed, &signature.bytes))
}

/// A workload that a verified token identifies.
#[derive(Debug)]
pub struct Workload {
    pub(super) claims: Members,
    /// Expiry of the token.
    pub expires_at: Timestamp,
}

impl Workload {
    /// The workload of a verified token with these claims.
    #[cfg(test)]
    pub(crate) fn with_claims(claims: &Value) -> Self {
        Self {
            claims: Members::read(claims.to_string().as_bytes()).unwrap(),
            expires_at: Timestamp::from_seconds(1_800_000_000),
        }
    }

    /// Is this one of the token's audiences?
    pub fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(name)) => name == audience,
            Some(Value::Array(names)) => names.iter().any(|name| name == audience),
            _ => false,
        }
    }

    /// Does a claim have exactly this text?
    pub fn has_claim(&self, claim: &str, value: &str) -> bool {
        self.claims.text(claim) == Some(value)
    }

    /// `sub`.
    pub fn subject(&self) -> Option<&str> {
        self.claims.text("sub")
    }

    /// `jti`: the token may be used once.
    pub fn token_id(&self) -> Option<&str> {
        self.claims.text("jti")
    }
}
