//! Secrets of machines: service accounts and confidential clients. Never printed, serialised or stored.
//!
//! A prefix, 256 random bits and a checksum let scanners recognise a leaked secret.

use super::digest::{hmac_sha256, sha256};
use super::{ParseError, Random, SecretId, Timestamp};
use aws_lc_rs::hmac;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The kind of machine that has the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineSecretKind {
    /// `smva_…`.
    ServiceAccount,
    /// `smvc_…`.
    Client,
}

impl MachineSecretKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::ServiceAccount => "smva_",
            Self::Client => "smvc_",
        }
    }
}

/// 256 random bits; as text a prefix, 43 characters of unpadded base64url, `_`, and 8 of a checksum. Has no `==`, because it
/// is looked up by its [`MachineKey`].
#[derive(Clone)]
pub struct MachineSecret {
    kind: MachineSecretKind,
    bytes: [u8; 32],
}

impl MachineSecret {
    /// A new secret.
    pub fn generate(kind: MachineSecretKind, random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self { kind, bytes }
    }

    /// The kind of machine.
    pub const fn kind(&self) -> MachineSecretKind {
        self.kind
    }

    /// The text, which is shown once.
    pub fn reveal(&self) -> String {
        let body = format!(
            "{}{}",
            self.kind.prefix(),
            BASE64URL_NOPAD.encode(&self.bytes)
        );
        let check = checksum(&body);
        format!("{body}_{check}")
    }

    /// The first characters, by which people identify a secret.
    pub fn hint(&self) -> String {
        self.reveal().chars().take(HINT_CHARACTERS).collect()
    }

    /// The stored key (HMAC-SHA-256). A lookup by its equality reveals nothing of the secret by timing.
    pub fn key(&self, pepper: &hmac::Key) -> MachineKey {
        MachineKey(hmac_sha256(pepper, &self.bytes))
    }
}

/// The prefix and four characters.
const HINT_CHARACTERS: usize = 9;
/// 256 bits in base64url.
const BODY_CHARACTERS: usize = 43;

fn checksum(body: &str) -> String {
    let digest = sha256(&[body.as_bytes()]);
    HEXLOWER.encode(&digest).chars().take(8).collect()
}

impl FromStr for MachineSecret {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        use MachineSecretKind::{Client, ServiceAccount};
        let error =
            || ParseError::new("invalid secret: copy the whole secret as Samovar showed it");
        let kind = [ServiceAccount, Client]
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
            .ok_or_else(error)?;
        let (body, check) = text
            .split_at_checked(kind.prefix().len() + BODY_CHARACTERS)
            .ok_or_else(error)?;
        if check.strip_prefix('_') != Some(checksum(body).as_str()) {
            return Err(ParseError::new(
                "invalid secret: a character is wrong or missing; copy the whole secret",
            ));
        }
        let bytes = body
            .get(kind.prefix().len()..)
            .and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
        let bytes = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(error)?;
        Ok(Self { kind, bytes })
    }
}

impl fmt::Debug for MachineSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MachineSecret({:?}, …)", self.kind)
    }
}

/// HMAC-SHA-256 of a secret under the server's key.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct MachineKey([u8; 32]);

/// The stored part of a machine's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// Public id; not a credential.
    pub id: SecretId,
    /// The key of the lookup.
    pub key: MachineKey,
    /// Its first characters.
    pub hint: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Invalid from this instant on.
    pub expires_at: Timestamp,
    /// Last use, exact to five minutes.
    pub last_used_at: Option<Timestamp>,
}

/// Why the owner should check a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretAttention {
    /// It expires within 14 days and needs a successor.
    ExpiresSoon,
    /// It has expired: a machine that still has it gets no token.
    Expired,
    /// It was created at least a day ago and never used: it is not needed, or its machine does not work.
    NeverUsed,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The time before expiry in which a secret needs a successor.
const EXPIRES_SOON: Duration = DAY.saturating_mul(14);

impl StoredSecret {
    /// The reasons to check the secret.
    pub fn attention(&self, now: Timestamp) -> Vec<SecretAttention> {
        let unused = self.last_used_at.is_none() && now >= self.created_at.plus(DAY);
        let reasons = [
            (SecretAttention::Expired, !self.live(now)),
            (
                SecretAttention::ExpiresSoon,
                self.live(now) && now.plus(EXPIRES_SOON) >= self.expires_at,
            ),
            (SecretAttention::NeverUsed, unused),
        ];
        let applicable = reasons.into_iter().filter(|(_, applies)| *applies);
        applicable.map(|(reason, _)| reason).collect()
    }

    /// True until it expires.
    pub fn live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct FixedRandom;

    impl Random for FixedRandom {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn secret_is_parsed_from_its_text_and_its_checksum_is_checked() {
        let pepper = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        for kind in [MachineSecretKind::ServiceAccount, MachineSecretKind::Client] {
            let secret = MachineSecret::generate(kind, &FixedRandom);
            let text = secret.reveal();
            assert_eq!(text.len(), 5 + 43 + 1 + 8);
            assert!(text.starts_with(&secret.hint()));
            let back: MachineSecret = text.parse().unwrap();
            assert_eq!(back.key(&pepper), secret.key(&pepper));
            assert_eq!(back.kind(), kind);
            for at in 0..text.len() {
                let mut wrong = text.clone().into_bytes();
                wrong[at] = if wrong[at] == b'x' { b'y' } else { b'x' };
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(wrong.parse::<MachineSecret>().is_err(), "{wrong}");
            }
            assert!(!format!("{secret:?}").contains(&text[5..20]));
        }
        for invalid in ["", "smva_", "smva_é", &format!("smva_{}", "é".repeat(40))] {
            assert!(invalid.parse::<MachineSecret>().is_err(), "{invalid}");
        }
    }

    #[test]
    fn attention_begins_at_exact_instants() {
        const T: Timestamp = Timestamp::from_seconds(1_800_000_000);
        let pepper = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let secret = MachineSecret::generate(MachineSecretKind::Client, &FixedRandom);
        let used = StoredSecret {
            id: SecretId::from_bytes([1; 16]),
            key: secret.key(&pepper),
            hint: secret.hint(),
            created_at: T,
            expires_at: T.plus(DAY * 30),
            last_used_at: Some(T),
        };
        let just_before = |span: Duration| span.saturating_sub(Duration::from_millis(1));
        for (after, expected) in [
            (just_before(DAY * 16), &[][..]),
            (DAY * 16, &[SecretAttention::ExpiresSoon]),
            (just_before(DAY * 30), &[SecretAttention::ExpiresSoon]),
            (DAY * 30, &[SecretAttention::Expired]),
            (DAY * 300, &[SecretAttention::Expired]),
        ] {
            assert_eq!(used.attention(T.plus(after)), expected, "{after:?}");
        }
        let unused = StoredSecret {
            last_used_at: None,
            ..used
        };
        let now = |after| unused.attention(T.plus(after));
        assert_eq!(now(just_before(DAY)), []);
        assert_eq!(now(DAY), [SecretAttention::NeverUsed]);
        let both = [SecretAttention::Expired, SecretAttention::NeverUsed];
        assert_eq!(now(DAY * 30), both);
    }
}
