//! Revocations of tokens that have not expired. Kept only while such a token would be valid.

use super::{Principal, Timestamp, TokenId};
use data_encoding::HEXLOWER;

/// The revoked tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevokedObject {
    /// One access token.
    Token {
        /// `jti`.
        id: TokenId,
    },
    /// Every access token of a principal that was issued before the revocation or at its instant.
    Principal {
        /// The principal.
        principal: Principal,
    },
    /// A single-use token of another issuer that was used.
    ExternalToken {
        /// SHA-256 of what identifies the token.
        digest: [u8; 32],
    },
}

impl std::fmt::Display for RevokedObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token { id } => write!(f, "token:{id}"),
            Self::Principal { principal } => principal.fmt(f),
            Self::ExternalToken { digest } => write!(f, "foreign:{}", HEXLOWER.encode(digest)),
        }
    }
}

/// A revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// The revoked tokens.
    pub revoked: RevokedObject,
    /// When they were revoked.
    pub at: Timestamp,
    /// All of them have expired at this instant.
    pub until: Timestamp,
}
