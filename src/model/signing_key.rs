//! Keys that sign tokens, and their algorithms.

use super::{KeyId, ParseError, Timestamp, serde_as_text};
use data_encoding::BASE64;
use std::fmt;
use std::str::FromStr;

/// An algorithm for the signatures of tokens (RFC 7518 section 3.1, RFC 8037 section 3.1). None is symmetric, because a
/// verifier must not be able to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SigningAlgorithm {
    /// Ed25519; the default.
    #[default]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA PKCS #1 1.5 with SHA-256, 2048 bits.
    Rs256,
}

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// The value of `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SigningAlgorithm {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let found = Self::ALL.into_iter().find(|a| a.as_str() == text);
        found.ok_or_else(|| {
            ParseError::new(format!(
                "invalid signing algorithm `{}`: use `EdDSA`, `ES256` or `RS256`",
                text.escape_debug()
            ))
        })
    }
}

serde_as_text!(SigningAlgorithm);

/// Bytes that are encrypted and authenticated under the server's seal key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// From encrypted bytes.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The encrypted bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

impl FromStr for Sealed {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bytes = BASE64.decode(text.as_bytes());
        bytes
            .map(Self)
            .map_err(|_| ParseError::new("invalid sealed bytes: use base64"))
    }
}

serde_as_text!(Sealed);

/// A signing key. The one that signs is, of each algorithm, the key with the latest `signs_from` that has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// `kid`.
    pub id: KeyId,
    /// The algorithm of its signatures.
    pub algorithm: SigningAlgorithm,
    /// PKCS #8, sealed.
    pub private: Sealed,
    /// When it was created and published.
    pub made_at: Timestamp,
    /// It signs from this instant until the next key of its algorithm does.
    pub signs_from: Timestamp,
}
