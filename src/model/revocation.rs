//! Revocations: tokens that are refused before their time is over. Kept only while such a token could still be valid.

use super::{Principal, Timestamp, TokenId};
use data_encoding::HEXLOWER;

/// What is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevokedObject {
    /// One access token.
    Token {
        /// `jti`.
        id: TokenId,
    },
    /// Every access token of a principal that was issued up to the instant of the revocation.
    Principal {
        /// Whose.
        principal: Principal,
    },
    /// A foreign token that counts once and was used.
    Foreign {
        /// SHA-256 over what makes it one of its kind.
        digest: [u8; 32],
    },
}

impl std::fmt::Display for RevokedObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token { id } => write!(f, "token:{id}"),
            Self::Principal { principal } => principal.fmt(f),
            Self::Foreign { digest } => write!(f, "foreign:{}", HEXLOWER.encode(digest)),
        }
    }
}

/// A revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// What is refused.
    pub revoked: RevokedObject,
    /// When it was revoked.
    pub at: Timestamp,
    /// From here on nothing that it speaks of is valid anyway.
    pub until: Timestamp,
}
