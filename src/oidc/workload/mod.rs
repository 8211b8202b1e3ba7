//! Tokens of workloads, such as a CI job's: signed by an issuer that somebody here trusts, read as strictly as they can be.
//!
//! Nothing of a token is believed before its signature, and its header never says how to verify: the issuer's key does.
//! Who a workload stands for is not decided here.

mod claims;
mod issuers;
mod key;

pub use issuers::WorkloadIssuers;

use crate::model::Timestamp;
use claims::Members;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// Members of a header that would bring a key along or change what the signature means.
const REFUSED: [&str; 7] = ["crit", "jwk", "jku", "x5c", "x5u", "b64", "zip"];

/// Why a workload's token is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkloadError {
    /// No signed token in compact form, or with a header that is not accepted.
    #[error("the subject token is no signed JWT that can be accepted here: {0}")]
    Malformed(&'static str),
    /// The issuer does not answer.
    #[error("the issuer `{0}` does not answer, so its keys cannot be read; try again when it does")]
    Away(String),
    /// The issuer does not answer as one.
    #[error(
        "the issuer `{0}` does not answer as an OpenID issuer does ({1}); look at its `/.well-known/openid-configuration`"
    )]
    Garbage(String, String),
    /// Signed with a key that the issuer does not publish.
    #[error(
        "the subject token names a key that its issuer does not publish, or not for this algorithm; get a new one"
    )]
    KeyUnknown,
    /// The signature is not that key's.
    #[error("the signature does not fit the subject token; get a new one")]
    SignatureInvalid,
    /// Its time is over.
    #[error("the subject token expired at {at}, and it is {now} now; get a new one")]
    Expired {
        /// `exp`.
        at: Timestamp,
        /// This server's clock.
        now: Timestamp,
    },
    /// Its time has not come.
    #[error(
        "the subject token is valid from {from} on, and it is {now} now; compare the clocks of both servers"
    )]
    NotYetValid {
        /// `iat` or `nbf`.
        from: Timestamp,
        /// This server's clock.
        now: Timestamp,
    },
    /// A claim is missing, or of another form than the standard says.
    #[error(
        "claim `{0}` of the subject token is missing or not of its standard form; get a new one"
    )]
    ClaimInvalid(&'static str),
}

/// A token taken apart; nothing of it is believed yet.
pub struct WorkloadToken<'a> {
    algorithm: String,
    key: String,
    signed: &'a [u8],
    signature: Vec<u8>,
    claims: Members,
}

impl<'a> WorkloadToken<'a> {
    /// Takes a token apart.
    pub fn read(text: &'a str) -> Result<Self, WorkloadError> {
        let parts = Parts::read(text)?;
        Ok(Self {
            claims: Members::read(&parts.claims)?,
            algorithm: parts.algorithm,
            key: parts.key,
            signed: parts.signed,
            signature: parts.signature,
        })
    }

    /// The issuer that it names.
    pub fn issuer(&self) -> Result<&str, WorkloadError> {
        let named = self.claims.text("iss");
        named.ok_or(WorkloadError::ClaimInvalid("iss"))
    }
}

/// What is signed and by what, whatever it says.
struct Parts<'a> {
    algorithm: String,
    key: String,
    signed: &'a [u8],
    signature: Vec<u8>,
    claims: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, WorkloadError> {
        let malformed = || WorkloadError::Malformed("it is not three parts of base64url");
        if text.len() > LONGEST {
            return Err(WorkloadError::Malformed("it is longer than 8 KiB"));
        }
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes());
        let header = decode(header).map_err(|_| malformed())?;
        let claims = decode(claims).map_err(|_| malformed())?;
        let (algorithm, key) = check_header(&Members::read(&header)?)?;
        Ok(Self {
            algorithm,
            key,
            signed: signed.as_bytes(),
            signature: decode(signature).map_err(|_| malformed())?,
            claims,
        })
    }
}

/// Does a key of the set stand behind it, whatever it says? For published vectors, whose payloads are no claims.
#[cfg(test)]
pub(super) fn is_signed(text: &str, keys: Value) -> bool {
    let keys = serde_json::from_value::<key::KeySet>(keys)
        .unwrap()
        .usable();
    let Ok(signed) = Parts::read(text) else {
        return false;
    };
    let fits = |key: &&key::IssuerKey| key.is(&signed.key, &signed.algorithm);
    let fitting: Vec<_> = keys.iter().filter(fits).collect();
    matches!(fitting[..], [one] if one.verify(signed.signed, &signed.signature))
}

/// Algorithm and key id, for a comparison with what the issuer publishes.
fn check_header(header: &Members) -> Result<(String, String), WorkloadError> {
    if REFUSED.iter().any(|name| header.get(name).is_some()) {
        let what = "its header has a member that is never accepted, such as `crit` or `jwk`";
        return Err(WorkloadError::Malformed(what));
    }
    let plain = match header.get("typ") {
        None => true,
        Some(Value::String(typ)) => typ.eq_ignore_ascii_case("JWT"),
        Some(_) => false,
    };
    if !plain {
        let what = "`typ` of its header is not `JWT`: it is a token of another kind";
        return Err(WorkloadError::Malformed(what));
    }
    let both = header.text("alg").zip(header.text("kid"));
    let (algorithm, key) = both.ok_or(WorkloadError::Malformed(
        "its header lacks `alg` or `kid` as text",
    ))?;
    Ok((algorithm.to_owned(), key.to_owned()))
}

/// A workload whose token was verified.
#[derive(Debug)]
pub struct Workload {
    claims: Members,
    /// Its token ends then.
    pub expires_at: Timestamp,
}

impl Workload {
    /// What a verified token with these claims says.
    #[cfg(test)]
    pub(crate) fn saying(claims: &Value) -> Self {
        Self {
            claims: Members::read(claims.to_string().as_bytes()).unwrap(),
            expires_at: Timestamp::from_seconds(1_800_000_000),
        }
    }

    /// Is the token for this audience, among others perhaps?
    pub fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(many)) => many.iter().any(|one| one == audience),
            _ => false,
        }
    }

    /// Does a claim have exactly this text?
    pub fn says(&self, claim: &str, value: &str) -> bool {
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
