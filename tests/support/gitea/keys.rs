//! Gitea's signing key and JSON web tokens (ES256), and the random words it hands out. Knows nothing of users or grants.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use aws_lc_rs::{digest, rand};
use data_encoding::{BASE64URL_NOPAD, Encoding, HEXLOWER, Specification};
use serde_json::{Value, json};

/// The one key that is served.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    kid: String,
}

impl SigningKey {
    pub fn generate() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let der = pair.public_key().as_der().unwrap();
        let kid = BASE64URL_NOPAD.encode(&sha256(der.as_ref()));
        Self { pair, kid }
    }

    /// The key set document.
    pub fn jwks(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({"keys": [{
            "alg": "ES256", "crv": "P-256", "kid": self.kid, "kty": "EC", "use": "sig",
            "x": BASE64URL_NOPAD.encode(&point[1..33]),
            "y": BASE64URL_NOPAD.encode(&point[33..65]),
        }]})
    }

    /// Signs claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.kid, "typ": "JWT"});
        let encode = |part: &Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let head = format!("{}.{}", encode(&header), encode(claims));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), head.as_bytes())
            .unwrap();
        format!("{head}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// Claims of a token whose signature is ours; does not look at the time.
    pub fn verify(&self, token: &str) -> Option<Value> {
        let (head, signature) = token.rsplit_once('.')?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key().as_ref())
            .verify(head.as_bytes(), &signature)
            .ok()?;
        claims(token)
    }
}

/// Claims of a token, unverified.
pub fn claims(token: &str) -> Option<Value> {
    let part = token.split('.').nth(1)?;
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok()
}

pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// 32 hex digits that stand for a name or address, as Gitea's avatar addresses do.
pub fn avatar_hash(of: &str) -> String {
    HEXLOWER.encode(&sha256(of.to_lowercase().as_bytes())[..16])
}

/// A code or client secret: `prefix` and 52 of a-z2-7.
pub fn word(prefix: &str) -> String {
    format!("{prefix}{}", base32().encode(&random::<32>()))
}

/// A personal access token: 40 hex digits.
pub fn pat() -> String {
    HEXLOWER.encode(&random::<20>())
}

/// A session cookie's value.
pub fn session_id() -> String {
    HEXLOWER.encode(&random::<8>())
}

/// A client id.
pub fn client_id() -> String {
    uuid::Builder::from_random_bytes(random::<16>())
        .into_uuid()
        .to_string()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).unwrap();
    bytes
}

fn base32() -> Encoding {
    let mut form = Specification::new();
    form.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    form.encoding().unwrap()
}
