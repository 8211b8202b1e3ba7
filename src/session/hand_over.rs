//! One-time codes that hand a session at Samovar over to one application host in one browser.
//!
//! In memory, bounded for each session and in all: a session that asks for many loses its own first.

use super::BrowserKey;
use crate::limits::BoundedTable;
use crate::model::{Clock, HostName, Random, SessionId, SessionKey, SessionSecret, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a code holds.
const LONGEST: Duration = Duration::from_secs(60);
/// Codes at a time.
const MAX: usize = 10_000;
/// Of one session at Samovar: a browser that opens many tabs.
const MAX_OF_ONE: usize = 50;

/// A code as it stands in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(SessionSecret);

impl Code {
    /// As it stands in an address.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// From an address; none when it is not one of ours.
    pub fn from_query(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The session at Samovar.
    pub parent: SessionId,
    /// Where the person wanted to go.
    pub return_to: String,
}

/// Why a code opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandOverError {
    /// Never issued, already used, too old, or for another host.
    #[error("this sign-in is too old or was used already; open the page again")]
    Unknown,
    /// Another browser asked for it.
    #[error("this sign-in was started in another browser; open the page again in this one")]
    OtherBrowser,
}

struct Issued {
    handed: HandOver,
    host: HostName,
    browser: BrowserKey,
    at: Timestamp,
}

/// The codes that are out.
pub struct HandOvers {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    out: Mutex<Out>,
}

/// By code; the owner is the session at Samovar.
type Out = BoundedTable<SessionKey, SessionId, Issued>;

impl HandOvers {
    /// None out.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            clock,
            random,
            out: Mutex::new(Out::new(MAX, MAX_OF_ONE)),
        }
    }

    /// A code for one host in one browser.
    pub fn issue(&self, handed: HandOver, host: HostName, browser: BrowserKey) -> Code {
        let code = Code(SessionSecret::generate(&*self.random));
        let parent = handed.parent;
        let issued = Issued {
            handed,
            host,
            browser,
            at: self.clock.now(),
        };
        self.lock().insert(code.0.key(), parent, issued);
        code
    }

    /// Takes a code; whoever comes second, from whichever host or browser, finds none.
    pub fn redeem(
        &self,
        code: &Code,
        host: &HostName,
        browser: Option<BrowserKey>,
    ) -> Result<HandOver, HandOverError> {
        let taken = self.lock().remove(&code.0.key());
        let issued = taken.ok_or(HandOverError::Unknown)?;
        if issued.host != *host || !self.clock.now().within(LONGEST, issued.at) {
            return Err(HandOverError::Unknown);
        }
        if Some(issued.browser) != browser {
            return Err(HandOverError::OtherBrowser);
        }
        Ok(issued.handed)
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
