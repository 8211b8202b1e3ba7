//! The compact form of a signed token (RFC 7515 section 7.1), with the header that Samovar writes and no other.
//!
//! The header never says how to verify: the key that `kid` names does. Any member beside `alg`, `kid` and `typ` is
//! refused, so that `crit`, `jwk`, `jku`, `x5c` and whatever comes next cannot do anything.

use super::TokenError;
use super::key_pair::{KeyPair, KeyPairError};
use crate::model::{KeyId, SigningAlgorithm};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Longest token that is looked at, in bytes.
pub const LONGEST: usize = 8 * 1024;

/// What kind of token it is: one of each is never taken for another (RFC 8725 section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// An access token (RFC 9068 section 2.1).
    Access,
    /// Who calls, said to one application.
    Assertion,
}

impl TokenType {
    /// As `typ` spells it.
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

/// Signs claims.
pub(super) fn sign(
    (id, algorithm, pair): (KeyId, SigningAlgorithm, &KeyPair),
    kind: TokenType,
    claims: &impl Serialize,
) -> Result<String, KeyPairError> {
    let header = Header {
        alg: algorithm.as_str().into(),
        kid: id.to_string().into(),
        typ: kind.as_str().into(),
    };
    let json = |value: Result<Vec<u8>, serde_json::Error>| value.map_err(|_| KeyPairError);
    let mut token = BASE64URL_NOPAD.encode(&json(serde_json::to_vec(&header))?);
    token.push('.');
    BASE64URL_NOPAD.encode_append(&json(serde_json::to_vec(claims))?, &mut token);
    let signature = pair.sign(token.as_bytes())?;
    token.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut token);
    Ok(token)
}

/// A token taken apart; nothing of it is believed yet.
pub(super) struct Parts<'a> {
    pub algorithm: SigningAlgorithm,
    pub key: KeyId,
    /// What the signature is over.
    pub signed: &'a [u8],
    pub claims: Vec<u8>,
    pub signature: Vec<u8>,
}

/// Takes a token of this kind apart.
pub(super) fn split(token: &str, kind: TokenType) -> Result<Parts<'_>, TokenError> {
    if token.len() > LONGEST {
        return Err(TokenError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let header = decode(header)?;
    let typ = typ(&header)?;
    if typ != kind.as_str() {
        return Err(TokenError::TypeWrong {
            expected: kind.as_str(),
        });
    }
    let header: Header<'_> = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    // A key or an algorithm that cannot be ours is none that we know.
    let algorithm = header.alg.parse().map_err(|_| TokenError::KeyUnknown)?;
    let key = header.kid.parse().map_err(|_| TokenError::KeyUnknown)?;
    Ok(Parts {
        algorithm,
        key,
        signed: signed.as_bytes(),
        claims: decode(claims)?,
        signature: decode(signature)?,
    })
}

/// Does it say of itself that it is an access token? A credential of somebody else's is left alone.
pub fn is_access_token(token: &str) -> bool {
    let header = token.split('.').next().filter(|h| h.len() <= LONGEST);
    header
        .and_then(|header| decode(header).ok())
        .is_some_and(|header| typ(&header).is_ok_and(|typ| typ == TokenType::Access.as_str()))
}

/// The kind alone, of whatever is some token's header.
fn typ(header: &[u8]) -> Result<String, TokenError> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(default)]
        typ: String,
    }
    let kind: Kind = serde_json::from_slice(header).map_err(|_| TokenError::Malformed)?;
    Ok(kind.typ)
}

/// Base64url without padding, and without stray bits at the end: one token has one spelling.
fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Wycheproof's tokens, good ones and forged ones: none has a header that Samovar writes. What its signatures are
    /// worth is tried where foreign tokens are verified, and beside the keys.
    #[test]
    fn of_the_published_vectors_none_is_a_token_of_ours() {
        let mut refused = 0;
        for text in [
            include_str!("../../tests/wycheproof/json_web_signature_test.json"),
            include_str!("../../tests/wycheproof/json_web_key_test.json"),
        ] {
            let whole: Value = serde_json::from_str(text).unwrap();
            let groups = whole["testGroups"].as_array().unwrap().iter();
            for test in groups.flat_map(|group| group["tests"].as_array().unwrap()) {
                let token = test["jws"].as_str().unwrap();
                for kind in [TokenType::Access, TokenType::Assertion] {
                    assert!(split(token, kind).is_err(), "{}", test["comment"]);
                }
                assert!(!is_access_token(token));
                refused += 1;
            }
        }
        assert_eq!(refused, 401 + 26);
    }
}
