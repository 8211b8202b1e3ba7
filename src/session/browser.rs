//! A browser, told apart by a random cookie: what a sign-in or a hand-over begins in one must end in the same.

use crate::model::{Random, SessionSecret};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;

/// The cookie's value: 256 random bits, of the form of a session's secret and worth nothing as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser(SessionSecret);

/// SHA-256 of the cookie's value: what is kept, or sent along in an address, instead of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BrowserKey([u8; 32]);

impl BrowserKey {
    /// From an address; none when it is not one of ours.
    pub fn from_query(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for BrowserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl Browser {
    /// A browser that we have not seen.
    pub fn new(random: &dyn Random) -> Self {
        Self(SessionSecret::generate(random))
    }

    /// From the cookie; none when it is not one of ours.
    pub fn from_cookie(value: &str) -> Option<Self> {
        value.parse().ok().map(Self)
    }

    /// For the `Set-Cookie` header.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// Its hash.
    pub fn key(&self) -> BrowserKey {
        BrowserKey(*self.0.key().digest())
    }
}
