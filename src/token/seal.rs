//! The seal key, and the keys that are derived from it: they encrypt signing keys at rest, and hash secrets.
//!
//! The store without the seal key contains no usable credential. Must never write the seal key anywhere.

use super::ProxySecrets;
use crate::model::Sealed;
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{hkdf, hmac};
use std::fmt;

/// 256 bits from the configuration. A key for each use is derived from it (HKDF-SHA-256, RFC 5869).
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// From its bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn derive(&self, purpose: &'static [u8]) -> [u8; 32] {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"samovar");
        let pseudorandom = salt.extract(&self.0);
        let mut key = [0; 32];
        let info = [purpose];
        let filled = pseudorandom
            .expand(&info, hkdf::HKDF_SHA256)
            .and_then(|material| material.fill(&mut key));
        if filled.is_err() {
            // HKDF gives at least one block of SHA-256. Without it every key would be zero, so there is no way on.
            tracing::error!("no key can be derived from the seal key; the server stops");
            std::process::abort();
        }
        key
    }

    /// The key under which machine secrets are hashed before they are stored.
    pub fn machine_secrets(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"machine secrets"))
    }

    /// The key from which refresh tokens are derived.
    pub fn refresh_tokens(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"refresh tokens"))
    }

    /// Derives proxy secrets.
    pub fn proxy_secrets(&self) -> ProxySecrets {
        let key = self.derive(b"proxy secrets");
        ProxySecrets::new(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// Encrypts signing keys.
    pub fn seal(&self) -> Seal {
        Seal(self.derive(b"signing keys"))
    }

    /// Encrypts sign-in flows in the browser's cookies.
    pub fn sign_in_flows(&self) -> Seal {
        Seal(self.derive(b"sign-in flows"))
    }

    /// Encrypts the ID tokens with which people sign out at their providers.
    pub fn id_tokens(&self) -> Seal {
        Seal(self.derive(b"ID tokens"))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// The bytes were not sealed with this key, or were changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the seal key does not fit the store; use the seal key that the state folder was created with"
)]
pub struct SealError;

/// AES-256-GCM with a random nonce, which is stored before the ciphertext.
pub struct Seal([u8; 32]);

const NONCE_BYTES: usize = 12;

impl Seal {
    fn key(&self) -> Result<RandomizedNonceKey, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| SealError)
    }

    /// Encrypts. `name` is authenticated, so that sealed values cannot be exchanged.
    pub fn close(&self, name: &str, secret: &[u8]) -> Result<Sealed, SealError> {
        let mut bytes = secret.to_vec();
        let nonce = self
            .key()?
            .seal_in_place_append_tag(Aad::from(name.as_bytes()), &mut bytes)
            .map_err(|_| SealError)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut bytes);
        Ok(Sealed::new(sealed))
    }

    /// Decrypts a value that was sealed under this name.
    pub fn open(&self, name: &str, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let (nonce, rest) = sealed
            .bytes()
            .split_at_checked(NONCE_BYTES)
            .ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut bytes = rest.to_vec();
        let plain = self
            .key()?
            .open_in_place(nonce, Aad::from(name.as_bytes()), &mut bytes)
            .map_err(|_| SealError)?;
        Ok(plain.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_with_its_key_and_name_alone() {
        let seal = SealKey::new([1; 32]).seal();
        let sealed = seal.close("key 1", b"secret").unwrap();
        assert_eq!(seal.open("key 1", &sealed).unwrap(), b"secret");
        assert_eq!(seal.open("key 2", &sealed), Err(SealError));
        let other = SealKey::new([2; 32]).seal();
        assert_eq!(other.open("key 1", &sealed), Err(SealError));
        for at in 0..sealed.bytes().len() {
            let mut bytes = sealed.bytes().to_vec();
            bytes[at] ^= 1;
            assert_eq!(seal.open("key 1", &Sealed::new(bytes)), Err(SealError));
        }
        assert_eq!(seal.open("key 1", &Sealed::new(vec![1, 2])), Err(SealError));
        assert_ne!(seal.close("key 1", b"secret").unwrap(), sealed);
    }

    #[test]
    fn each_use_has_its_own_key() {
        let key = SealKey::new([1; 32]);
        let keys = [
            key.derive(b"machine secrets"),
            key.derive(b"refresh tokens"),
            key.derive(b"proxy secrets"),
            key.derive(b"signing keys"),
            key.derive(b"ID tokens"),
            key.derive(b"sign-in flows"),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_ne!(keys[0], [0; 32]);
        assert_eq!(format!("{key:?}"), "SealKey(…)");
    }
}
