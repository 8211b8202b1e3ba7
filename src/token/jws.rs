//! The compact form of a signed token (RFC 7515 section 7.1), with the header that Samovar writes and no other.
//!
//! Must never let the header choose how to verify: the key that `kid` names decides the algorithm. Any member beside `alg`,
//! `kid` and `typ` is an error, so that `crit`, `jwk`, `jku`, `x5c` and later ones have no effect.

use super::TokenError;
use super::key_pair::{KeyPair, KeyPairError};
use crate::model::{KeyId, SigningAlgorithm};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Longer tokens are not parsed.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The type of a token: a token of one type is never accepted as another (RFC 8725 section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// An access token (RFC 9068 section 2.1).
    Access,
    /// The identity of a caller, for one application.
    Assertion,
}

impl TokenType {
    /// The value of `typ`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Assertion => "samovar-assertion+jwt",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    kid: Cow<'a, str>,
    #[serde(borrow)]
    typ: Cow<'a, str>,
}

/// A key that signs.
pub(super) struct Signer<'a> {
    pub id: KeyId,
    pub algorithm: SigningAlgorithm,
    pub pair: &'a KeyPair,
}

/// Signs claims.
pub(super) fn sign(
    signer: &Signer<'_>,
    token_type: TokenType,
    claims: &impl Serialize,
) -> Result<String, KeyPairError> {
    let header = Header {
        alg: signer.algorithm.as_str().into(),
        kid: signer.id.to_string().into(),
        typ: token_type.as_str().into(),
    };
    let json = |value: Result<Vec<u8>, serde_json::Error>| value.map_err(|_| KeyPairError);
    let mut token = BASE64URL_NOPAD.encode(&json(serde_json::to_vec(&header))?);
    token.push('.');
    BASE64URL_NOPAD.encode_append(&json(serde_json::to_vec(claims))?, &mut token);
    let signature = signer.pair.sign(token.as_bytes())?;
    token.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut token);
    Ok(token)
}

/// The parts of a token whose signature is not verified yet.
pub(super) struct UnverifiedToken<'a> {
    pub algorithm: SigningAlgorithm,
    pub key: KeyId,
    /// The JWS signing input.
    pub signed: &'a [u8],
    pub claims: Vec<u8>,
    pub signature: Vec<u8>,
}

/// Parses a token of this type.
pub(super) fn parse(token: &str, token_type: TokenType) -> Result<UnverifiedToken<'_>, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let header = decode(header)?;
    let typ = typ(&header)?;
    if typ != token_type.as_str() {
        return Err(TokenError::TypeWrong {
            expected: token_type.as_str(),
        });
    }
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    // An algorithm or a key id in another format belongs to no key of Samovar's.
    let algorithm = header.alg.parse().map_err(|_| TokenError::KeyUnknown)?;
    let key = header.kid.parse().map_err(|_| TokenError::KeyUnknown)?;
    Ok(UnverifiedToken {
        algorithm,
        key,
        signed: signed.as_bytes(),
        claims: decode(claims)?,
        signature: decode(signature)?,
    })
}

/// Does its header call it an access token? Credentials of other applications do not.
pub fn is_access_token(token: &str) -> bool {
    let header = token
        .split('.')
        .next()
        .filter(|h| h.len() <= MAX_TOKEN_BYTES);
    header
        .and_then(|header| decode(header).ok())
        .is_some_and(|header| typ(&header).is_ok_and(|typ| typ == TokenType::Access.as_str()))
}

/// The `typ` of any token's header.
fn typ(header: &[u8]) -> Result<String, TokenError> {
    #[derive(Deserialize)]
    struct TypeHeader {
        #[serde(default)]
        typ: String,
    }
    let header: TypeHeader = serde_json::from_slice(header).map_err(|_| TokenError::Malformed)?;
    Ok(header.typ)
}

/// Base64url without padding and without trailing bits: a token has one encoding.
fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Wycheproof's valid and forged tokens have no header that Samovar writes. Their signatures are tested where foreign
    /// tokens are verified, and in `key_pair`.
    #[test]
    fn no_published_test_vector_is_a_token_of_samovar() {
        let mut rejected = 0;
        for text in [
            include_str!("../../tests/wycheproof/json_web_signature_test.json"),
            include_str!("../../tests/wycheproof/json_web_key_test.json"),
        ] {
            let vectors: Value = serde_json::from_str(text).unwrap();
            let groups = vectors["testGroups"].as_array().unwrap().iter();
            for test in groups.flat_map(|group| group["tests"].as_array().unwrap()) {
                let token = test["jws"].as_str().unwrap();
                for token_type in [TokenType::Access, TokenType::Assertion] {
                    assert!(parse(token, token_type).is_err(), "{}", test["comment"]);
                }
                assert!(!is_access_token(token));
                rejected += 1;
            }
        }
        assert_eq!(rejected, 401 + 26);
    }
}
