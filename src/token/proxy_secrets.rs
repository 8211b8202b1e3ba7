//! Proxy secrets: a proxy on another machine authenticates with one. Each application and generation has its own, derived from
//! the seal key, so that a configuration snippet can be generated at any time and nothing secret is stored.
//!
//! Must never compare a secret in variable time.

use crate::model::{Application, ApplicationId, Timestamp};
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;

/// By which people and secret scanners recognize one.
const PREFIX: &str = "smvp_";

/// Length of 256 bits in unpadded base64url.
const CHARACTERS: usize = 43;

/// Derives and checks proxy secrets.
#[derive(Clone)]
pub struct ProxySecrets(hmac::Key);

/// Application and generation, as they are authenticated.
fn message(application: ApplicationId, generation: u32) -> [u8; 20] {
    let mut message = [0; 20];
    let (id, rest) = message.split_at_mut(16);
    id.copy_from_slice(application.as_bytes());
    rest.copy_from_slice(&generation.to_be_bytes());
    message
}

impl ProxySecrets {
    /// With a key that has no other use.
    pub(super) const fn new(key: hmac::Key) -> Self {
        Self(key)
    }

    /// The application's current secret: `smvp_` and 43 characters.
    pub fn reveal(&self, application: &Application) -> SecretString {
        let generation = application.proxy_secret.generation;
        let tag = hmac::sign(&self.0, &message(application.id, generation));
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(tag.as_ref())).into()
    }

    /// Is the text a valid secret of this application: the current one, or the previous one during the overlap?
    pub fn matches(&self, application: &Application, text: &[u8], now: Timestamp) -> bool {
        let Some(tag) = decode(text) else {
            return false;
        };
        let mut valid = application.proxy_secret.valid(now);
        valid.any(|generation| {
            hmac::verify(&self.0, &message(application.id, generation), &tag).is_ok()
        })
    }
}

fn decode(text: &[u8]) -> Option<[u8; 32]> {
    let body = text.strip_prefix(PREFIX.as_bytes())?;
    let mut tag = [0; 32];
    let whole = body.len() == CHARACTERS && BASE64URL_NOPAD.decode_mut(body, &mut tag).is_ok();
    whole.then_some(tag)
}

impl std::fmt::Debug for ProxySecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProxySecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::SealKey;
    use super::*;
    use crate::model::{AuditMode, AuthorizationOwner, ProxySecret, TokenSettings};
    use secrecy::ExposeSecret as _;
    use std::collections::BTreeSet;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn application(id: u8) -> Application {
        Application {
            id: ApplicationId::from_bytes([id; 16]),
            name: "app".parse().unwrap(),
            hosts: BTreeSet::new(),
            routes: Vec::new(),
            identity_headers: BTreeSet::new(),
            authorization: AuthorizationOwner::Samovar,
            origins: BTreeSet::new(),
            audit: AuditMode::FirstInWindow,
            tokens: TokenSettings::default(),
            named_at: Timestamp::ZERO,
            proxy_secret: ProxySecret::default(),
            version: 1,
        }
    }

    fn reveal(secrets: &ProxySecrets, application: &Application) -> String {
        secrets.reveal(application).expose_secret().to_owned()
    }

    #[test]
    fn a_secret_is_valid_for_one_application_and_key() {
        let secrets = SealKey::new([1; 32]).proxy_secrets();
        let (own, other) = (application(1), application(2));
        let text = reveal(&secrets, &own);
        assert!(text.starts_with("smvp_") && text.len() == 48, "{text}");
        assert!(secrets.matches(&own, text.as_bytes(), NOW));
        assert!(!secrets.matches(&other, text.as_bytes(), NOW));
        let key = SealKey::new([2; 32]).proxy_secrets();
        assert!(!key.matches(&own, text.as_bytes(), NOW));
        for at in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[at] ^= 1;
            assert!(!secrets.matches(&own, &wrong, NOW), "{at}");
        }
        for odd in ["", "smvp_", &text[..47], &format!("{text}A")] {
            assert!(!secrets.matches(&own, odd.as_bytes(), NOW), "{odd}");
        }
    }

    #[test]
    fn the_previous_secret_ends_with_the_overlap() {
        let secrets = SealKey::new([1; 32]).proxy_secrets();
        let mut application = application(1);
        let old = reveal(&secrets, &application);
        let hour = Duration::from_secs(3600);
        application.proxy_secret = application.proxy_secret.rotated(NOW, hour);
        let new = reveal(&secrets, &application);
        assert_ne!(old, new);
        for (text, at, valid) in [
            (&old, NOW, true),
            (&new, NOW, true),
            (&old, NOW.plus(hour), false),
            (&new, NOW.plus(hour), true),
        ] {
            assert_eq!(secrets.matches(&application, text.as_bytes(), at), valid);
        }
    }
}
