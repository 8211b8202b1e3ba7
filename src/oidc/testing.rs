//! A signer of valid and invalid tokens, for tests.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJsonWebKeySet;
use serde_json::{Value, json};

/// A key pair that signs tokens.
pub(super) struct TokenSigner(EcdsaKeyPair);

impl TokenSigner {
    pub(super) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub(super) fn keys(&self, kid: &str) -> CoreJsonWebKeySet {
        let point = self.0.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| BASE64URL_NOPAD.encode(&point[range]);
        let keys = json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": part(1..33), "y": part(33..65),
        }]});
        serde_json::from_value(keys).unwrap()
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let head = format!("{}.{}", encode(header), encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), head.as_bytes()).unwrap();
        format!("{head}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    pub(super) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }
}
