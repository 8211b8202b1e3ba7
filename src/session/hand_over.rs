//! One-time codes that hand a session at Samovar over to one application host in one browser.
//!
//! In memory, bounded for each session and in all: a session that asks for many codes loses its own oldest first.

use super::BrowserKey;
use crate::limits::{OneTime, OneTimeLimits};
use crate::model::{Capabilities, Clock, HostName, Random, SessionId, SessionSecret};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Per session at Samovar: a browser may open many tabs at once.
const LIMITS: OneTimeLimits = OneTimeLimits {
    lifetime: Duration::from_secs(60),
    remembered: Duration::from_secs(60),
    total: 10_000,
    per_owner: 50,
};

/// A code, for the redirect to an application host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverCode(SessionSecret);

impl HandOverCode {
    /// For the query of the redirect.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// From a query; none when it is malformed.
    pub fn from_query(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The session at Samovar.
    pub parent: SessionId,
    /// The address that the person asked for.
    pub return_to: String,
}

/// Why a code is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandOverError {
    /// Never issued, already used, too old, or for another host.
    #[error("this sign-in is too old or was used already; open the page again")]
    Unknown,
    /// Another browser asked for it.
    #[error("this sign-in was started in another browser; open the page again in this one")]
    OtherBrowser,
}

struct IssuedHandOver {
    hand_over: HandOver,
    host: HostName,
    browser: BrowserKey,
}

/// By session at Samovar.
type Codes = OneTime<SessionId, IssuedHandOver>;

/// The codes that have been issued.
pub struct HandOvers {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    codes: Mutex<Codes>,
}

impl HandOvers {
    /// Without codes.
    pub fn new(Capabilities { clock, random }: Capabilities) -> Self {
        Self {
            clock,
            random,
            codes: Mutex::new(Codes::new(LIMITS)),
        }
    }

    /// Issues a code for one host in one browser.
    pub fn issue(&self, hand_over: HandOver, host: HostName, browser: BrowserKey) -> HandOverCode {
        let (parent, now) = (hand_over.parent, self.clock.now());
        let issued = IssuedHandOver {
            hand_over,
            host,
            browser,
        };
        HandOverCode(self.lock().issue(parent, issued, now, &*self.random))
    }

    /// Takes a code. A code from the wrong host or browser is used up as well.
    pub fn redeem(
        &self,
        code: &HandOverCode,
        host: &HostName,
        browser: Option<BrowserKey>,
    ) -> Result<HandOver, HandOverError> {
        let taken = self.lock().take(&code.0.key(), self.clock.now());
        let (issued, _) = taken.map_err(|_| HandOverError::Unknown)?;
        if issued.host != *host {
            return Err(HandOverError::Unknown);
        }
        if Some(issued.browser) != browser {
            return Err(HandOverError::OtherBrowser);
        }
        Ok(issued.hand_over)
    }

    fn lock(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
