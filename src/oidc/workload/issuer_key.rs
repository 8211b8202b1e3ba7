//! The public keys that issuers publish (RFC 7517), each with its only algorithm.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;

/// Most keys of an issuer that are read.
const MAX_KEYS: usize = 64;

/// A published key set.
#[derive(Deserialize)]
pub(super) struct PublishedKeySet {
    keys: Vec<Value>,
}

impl PublishedKeySet {
    /// The valid keys whose id and algorithm are those of no other.
    pub(super) fn usable(self) -> Vec<IssuerKey> {
        let keys = self.keys.into_iter().take(MAX_KEYS);
        let parsed = keys.filter_map(|value| serde_json::from_value::<Jwk>(value).ok());
        let mut keys: Vec<_> = parsed.filter_map(Jwk::usable).collect();
        let name = |key: &IssuerKey| (key.id.clone(), key.material.algorithm());
        let names: Vec<_> = keys.iter().map(name).collect();
        keys.retain(|key| names.iter().filter(|other| **other == name(key)).count() == 1);
        keys
    }
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    fn usable(self) -> Option<IssuerKey> {
        let for_signatures = self
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig");
        let verifies = |operations: &Vec<String>| operations.iter().any(|name| name == "verify");
        let may_verify = for_signatures && self.key_ops.as_ref().is_none_or(verifies);
        let material = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) => KeyMaterial::Rsa {
                n: decode(self.n.as_deref())?,
                e: decode(self.e.as_deref())?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (decode(self.x.as_deref())?, decode(self.y.as_deref())?);
                // The uncompressed point (SEC 1 section 2.3.3).
                let sized = x.len() == 32 && y.len() == 32;
                KeyMaterial::P256(sized.then(|| [vec![4], x, y].concat())?)
            }
            ("OKP", Some("Ed25519")) => KeyMaterial::Ed25519(decode(self.x.as_deref())?),
            _ => return None,
        };
        let alg = self.alg.as_deref();
        let fits = alg.is_none_or(|alg| alg == material.algorithm());
        (may_verify && fits).then_some(IssuerKey {
            id: self.kid,
            material,
        })
    }
}

enum KeyMaterial {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl KeyMaterial {
    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }
}

/// A key that verifies signatures.
pub(super) struct IssuerKey {
    id: String,
    material: KeyMaterial,
}

impl IssuerKey {
    /// Does it have this id and this algorithm?
    pub(super) fn is(&self, id: &str, algorithm: &str) -> bool {
        self.id == id && self.material.algorithm() == algorithm
    }

    /// Did this key sign the message?
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match &self.material {
            KeyMaterial::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            KeyMaterial::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            KeyMaterial::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
        };
        checked.is_ok()
    }
}

fn decode(text: Option<&str>) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text?.as_bytes()).ok()
}
