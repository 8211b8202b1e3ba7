//! The secret of a session, which is in its cookie. Never printed, serialised or stored.

use super::{ParseError, Random, SessionKey, sha256};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;
use std::str::FromStr;

/// 256 random bits; in the cookie 43 characters of unpadded base64url (RFC 4648 section 5).
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret([u8; 32]);

impl SessionSecret {
    /// A new secret.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// The value of the cookie, for the `Set-Cookie` header alone.
    pub fn reveal(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// The stored key. A lookup by its equality reveals nothing of the secret by timing.
    pub fn key(&self) -> SessionKey {
        SessionKey::from_digest(sha256(&[&self.0]))
    }
}

impl FromStr for SessionSecret {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        bytes
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(|| ParseError::new("invalid session cookie: sign in again"))
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_parsed_from_its_cookie_and_hidden_in_debug_output() {
        let secret = SessionSecret([7; 32]);
        assert_eq!(secret.reveal().len(), 43);
        assert_eq!(secret.reveal().parse::<SessionSecret>().unwrap(), secret);
        assert_eq!(format!("{secret:?}"), "SessionSecret(…)");
        for invalid in ["", "a", &"A".repeat(42), &"=".repeat(43), &"A".repeat(44)] {
            assert!(invalid.parse::<SessionSecret>().is_err(), "{invalid}");
        }
    }
}
