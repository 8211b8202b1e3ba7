//! Revocations: tokens that are refused before their time is over. Kept only while such a token could still be valid.

use super::{Principal, Timestamp, TokenId};

/// What is refused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Revoked {
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
}

impl std::fmt::Display for Revoked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token { id } => write!(f, "token:{id}"),
            Self::Principal { principal } => principal.fmt(f),
        }
    }
}

/// A revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Revocation {
    /// What is refused.
    pub revoked: Revoked,
    /// When it was revoked.
    pub at: Timestamp,
    /// From here on nothing that it speaks of is valid anyway.
    pub until: Timestamp,
}
