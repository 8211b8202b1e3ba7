//! Public keys as issuers publish them (RFC 7517), each with the one algorithm that it verifies by.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::Value;

/// Keys that an issuer publishes at most; more are not looked at.
const MOST: usize = 64;

/// A published key set.
#[derive(Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Value>,
}

impl KeySet {
    /// Those that can be used; others are left out.
    pub(super) fn usable(self) -> Vec<IssuerKey> {
        let keys = self.keys.into_iter().take(MOST);
        let read = keys.filter_map(|value| serde_json::from_value::<Jwk>(value).ok());
        read.filter_map(Jwk::usable).collect()
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
        let to_sign = self.purpose.as_deref().is_none_or(|word| word == "sig");
        let verifies = |all: &Vec<String>| all.iter().any(|one| one == "verify");
        let signs = to_sign && self.key_ops.as_ref().is_none_or(verifies);
        let material = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", None) => Material::Rsa {
                n: decode(self.n.as_deref())?,
                e: decode(self.e.as_deref())?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (decode(self.x.as_deref())?, decode(self.y.as_deref())?);
                // The uncompressed point (SEC 1 section 2.3.3).
                let sized = x.len() == 32 && y.len() == 32;
                Material::P256(sized.then(|| [vec![4], x, y].concat())?)
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(decode(self.x.as_deref())?),
            _ => return None,
        };
        let named = self.alg.as_deref();
        let fits = named.is_none_or(|alg| alg == material.algorithm());
        (signs && fits).then_some(IssuerKey {
            id: self.kid,
            material,
        })
    }
}

enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Material {
    const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }
}

/// A key that verifies.
pub(super) struct IssuerKey {
    id: String,
    material: Material,
}

impl IssuerKey {
    /// Is it the key of this id, and does it verify by this algorithm?
    pub(super) fn is(&self, id: &str, algorithm: &str) -> bool {
        self.id == id && self.material.algorithm() == algorithm
    }

    /// Is it this key's signature?
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match &self.material {
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Material::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
        };
        checked.is_ok()
    }
}

fn decode(text: Option<&str>) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text?.as_bytes()).ok()
}
