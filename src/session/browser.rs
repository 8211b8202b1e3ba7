//! A browser, told apart by a random cookie: what a sign-in or a hand-over begins in one must end in the same.

use crate::model::{Random, SessionKey, SessionSecret};

/// The cookie's value: 256 random bits, of the form of a session's secret and worth nothing as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser(SessionSecret);

/// What is kept, or sent along, instead of the cookie's value.
pub type BrowserKey = SessionKey;

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
        self.0.key()
    }
}
