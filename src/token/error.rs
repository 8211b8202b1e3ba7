//! Why a token is not accepted: seven answers and more, none of which is another.

use crate::model::{ProblemCode, Timestamp};

/// Why a token is not accepted. Says what to do next, and never what the token holds beside the claim in question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No token in compact form, or with a header that Samovar does not write.
    #[error("this is no token of Samovar's; get one from `/oauth/token`")]
    Malformed,
    /// A token of another kind.
    #[error(
        "this is a token of another kind: header `typ` is not `{expected}`; get an access token from `/oauth/token`"
    )]
    TypeWrong {
        /// The kind that is accepted here.
        expected: &'static str,
    },
    /// Signed with a key that is not published, or not any more.
    #[error("the token names a key that Samovar does not have, or not any more; get a new token")]
    KeyUnknown,
    /// The signature is not that key's.
    #[error("the signature does not fit the token; get a new token")]
    SignatureInvalid,
    /// Its time is over.
    #[error("the token expired at {at}, and it is {now} now; get a new token")]
    Expired {
        /// `exp`.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// Its time has not come.
    #[error("the token is valid from {from} on, and it is {now} now; look at the clocks")]
    NotYetValid {
        /// `nbf`.
        from: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// Another server's.
    #[error("claim `iss` is not `{expected}`; get a token from this server")]
    IssuerWrong {
        /// Our issuer.
        expected: String,
    },
    /// For somebody else.
    #[error("claim `aud` is not `{expected}`; get a token with `audience={expected}`")]
    AudienceWrong {
        /// Who reads it here.
        expected: String,
    },
    /// For somebody who was called so before.
    #[error(
        "claim `aud` names another: the token is older than the application that is called `{expected}` now; get a new token"
    )]
    AudienceReplaced {
        /// Who reads it here.
        expected: String,
    },
    /// A claim is missing or of another form than Samovar writes.
    #[error("the token's claims are not those of an access token: {0}; get a new token")]
    ClaimInvalid(String),
    /// Somebody ended it, or what it rests on.
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
