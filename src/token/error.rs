//! Why a token is not accepted. Each reason has its own code and message.

use crate::model::{ProblemCode, Timestamp};

/// Why a token is not accepted. The message says what to do next, and never what the token contains beside the claim in
/// question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token in compact form, or with a header that Samovar does not write.
    #[error("this is not one of Samovar's tokens; get one from `/oauth/token`")]
    Malformed,
    /// A token of another type.
    #[error(
        "the token has another type: header `typ` is not `{expected}`; get an access token from `/oauth/token`"
    )]
    TypeWrong {
        /// The type that is accepted.
        expected: &'static str,
    },
    /// Signed with a key that is not published, or no longer published.
    #[error("the token names a key that Samovar does not have, or has no longer; get a new token")]
    KeyUnknown,
    /// The signature was not made with the key.
    #[error("the signature does not fit the token; get a new token")]
    SignatureInvalid,
    /// Its lifetime is over.
    #[error("the token expired at {at}, and it is {now} now; get a new token")]
    Expired {
        /// `exp`.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// Its lifetime has not begun.
    #[error("the token is valid from {from} on, and it is {now} now; check the clocks")]
    NotYetValid {
        /// `nbf`.
        from: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// From another server.
    #[error("claim `iss` is not `{expected}`; get a token from this server")]
    IssuerWrong {
        /// Our issuer.
        expected: String,
    },
    /// For another audience.
    #[error("claim `aud` is not `{expected}`; get a token with `audience={expected}`")]
    AudienceWrong {
        /// The audience that is accepted.
        expected: String,
    },
    /// For another application that had the name before.
    #[error(
        "claim `aud` names another application: the token is older than the application that is now called `{expected}`; get a new token"
    )]
    AudienceReplaced {
        /// The audience that is accepted.
        expected: String,
    },
    /// A claim is missing, or has another type than Samovar writes.
    #[error("the token's claims are not those of an access token: {0}; get a new token")]
    ClaimInvalid(String),
    /// The token or its grant was revoked.
    #[error("the token was revoked; sign in again or ask for a new one")]
    Revoked,
}

impl TokenError {
    /// The stable code that problem documents and events carry.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::Malformed => ProblemCode::TokenMalformed,
            Self::TypeWrong { .. } => ProblemCode::TokenTypeWrong,
            Self::KeyUnknown => ProblemCode::TokenKeyUnknown,
            Self::SignatureInvalid => ProblemCode::TokenSignatureInvalid,
            Self::Expired { .. } => ProblemCode::TokenExpired,
            Self::NotYetValid { .. } => ProblemCode::TokenNotYetValid,
            Self::IssuerWrong { .. } => ProblemCode::TokenIssuerWrong,
            Self::AudienceWrong { .. } | Self::AudienceReplaced { .. } => {
                ProblemCode::TokenAudienceWrong
            }
            Self::ClaimInvalid(_) => ProblemCode::TokenClaimInvalid,
            Self::Revoked => ProblemCode::TokenRevoked,
        }
    }
}
