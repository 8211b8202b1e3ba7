//! A browser, identified by a random cookie: a sign-in or hand-over must end in the browser in which it began.

use crate::model::{Random, SessionSecret};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;

/// The cookie's value: 256 random bits in the format of a session's secret. No session has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser(SessionSecret);

/// SHA-256 of the cookie's value: stored, or sent in a query, in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BrowserKey([u8; 32]);

impl BrowserKey {
    /// From a query; none when it is malformed.
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
    /// A new browser.
    pub fn new(random: &dyn Random) -> Self {
        Self(SessionSecret::generate(random))
    }

    /// From the cookie; none when it is malformed.
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
