//! Why a workload's token is rejected.

use crate::model::Timestamp;

/// Why a workload's token is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkloadError {
    /// Not a signed token in compact form, or one with a header that is not accepted.
    #[error("the subject token is not a signed JWT that is accepted here: {0}")]
    Malformed(&'static str),
    /// The issuer does not answer.
    #[error("the issuer `{0}` does not answer, so its keys cannot be read; try again when it does")]
    Unreachable(String),
    /// A response of the issuer is not one of OpenID Connect.
    #[error(
        "the issuer `{0}` does not answer as an OpenID issuer does ({1}); look at its `/.well-known/openid-configuration`"
    )]
    InvalidResponse(String, String),
    /// Signed with a key that the issuer does not publish.
    #[error(
        "the subject token names a key that its issuer does not publish, or not for this algorithm; get a new one"
    )]
    KeyUnknown,
    /// The named key did not sign it.
    #[error("the signature does not match the subject token; get a new one")]
    SignatureInvalid,
    /// The token is expired.
    #[error("the subject token expired at {at}, and it is {now} now; get a new one")]
    Expired {
        /// `exp`.
        at: Timestamp,
        /// This server's clock.
        now: Timestamp,
    },
    /// The token is not valid yet.
    #[error(
        "the subject token is valid from {from} on, and it is {now} now; compare the clocks of both servers"
    )]
    NotYetValid {
        /// `iat` or `nbf`.
        from: Timestamp,
        /// This server's clock.
        now: Timestamp,
    },
    /// A claim is missing, or of another type than the standard defines.
    #[error("claim `{0}` of the subject token is missing or has an invalid type; get a new one")]
    ClaimInvalid(&'static str),
}
