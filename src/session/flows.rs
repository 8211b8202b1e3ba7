//! Sign-in flows between the way to a provider and the way back: each is taken once, by the browser that began it.
//!
//! In memory: a restart ends them, and the person is told to try again. Bounded for each browser and in all.

use super::BrowserKey;
use crate::model::{Clock, ProviderId, Random, SessionKey, SessionSecret, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A flow that takes longer is over.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// Of one browser; the one begun first is dropped.
const OF_ONE: usize = 5;
/// In all; the one begun first is dropped.
const IN_ALL: usize = 10_000;

/// What is sent along and must come back; 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(SessionSecret);

impl State {
    /// As it stands in an address.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// From an address; none when it is not one of ours.
    pub fn from_query(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// What is remembered of a flow.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// To which provider the browser was sent: the way back must be that provider's.
    pub provider: ProviderId,
    /// Expected in the ID token.
    pub nonce: String,
    /// PKCE verifier (RFC 7636): 43 characters of base64url.
    pub verifier: String,
    /// Where the person wanted to go.
    pub return_to: String,
    /// How many sign-outs at providers had been heard of when it began.
    pub logouts: u64,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flow({}, …)", self.provider)
    }
}

/// Why a flow cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlowFault {
    /// Never begun here, already used, or too old.
    #[error("this sign-in is too old or was used already; try again")]
    Unknown,
    /// Another browser began it.
    #[error("this sign-in was begun in another browser; try again in this one")]
    OtherBrowser,
}

struct Begun {
    flow: Flow,
    browser: BrowserKey,
    at: Timestamp,
}

/// The flows under way.
pub struct Flows {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    under_way: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    by_state: HashMap<SessionKey, Begun>,
    // Of each browser in the order of beginning; exactly the keys of `by_state`.
    by_browser: HashMap<BrowserKey, Vec<SessionKey>>,
    // In the order of beginning; holds every key of `by_state` and some that are gone. It is what is bounded.
    order: VecDeque<SessionKey>,
}

impl Flows {
    /// None under way.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            clock,
            random,
            under_way: Mutex::default(),
        }
    }

    /// Begins a flow in a browser.
    pub fn begin(
        &self,
        browser: BrowserKey,
        provider: ProviderId,
        return_to: String,
        logouts: u64,
    ) -> (State, Flow) {
        let word = || SessionSecret::generate(&*self.random).reveal();
        let flow = Flow {
            provider,
            nonce: word(),
            verifier: word(),
            return_to,
            logouts,
        };
        let state = State(SessionSecret::generate(&*self.random));
        let begun = Begun {
            flow: flow.clone(),
            browser,
            at: self.clock.now(),
        };
        self.lock().insert(state.0.key(), begun);
        (state, flow)
    }

    /// Takes a flow: the second to come finds none.
    pub fn take(&self, state: &State, browser: Option<BrowserKey>) -> Result<Flow, FlowFault> {
        let key = state.0.key();
        let mut under_way = self.lock();
        let begun = under_way.by_state.get(&key).ok_or(FlowFault::Unknown)?;
        if Some(begun.browser) != browser {
            return Err(FlowFault::OtherBrowser);
        }
        let begun = under_way.remove(&key).ok_or(FlowFault::Unknown)?;
        if !self.clock.now().within(LONGEST, begun.at) {
            return Err(FlowFault::Unknown);
        }
        Ok(begun.flow)
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    fn insert(&mut self, key: SessionKey, begun: Begun) {
        self.drop_old(begun.at);
        self.drop_surplus_of(begun.browser);
        while self.order.len() >= IN_ALL {
            self.drop_first();
        }
        self.by_browser.entry(begun.browser).or_default().push(key);
        self.by_state.insert(key, begun);
        self.order.push_back(key);
    }

    fn drop_old(&mut self, now: Timestamp) {
        while let Some(first) = self.order.front() {
            let young = self
                .by_state
                .get(first)
                .is_some_and(|b| now.within(LONGEST, b.at));
            if young {
                break;
            }
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(first) = self.order.pop_front() {
            self.remove(&first);
        }
    }

    fn remove(&mut self, key: &SessionKey) -> Option<Begun> {
        let begun = self.by_state.remove(key)?;
        if let Some(own) = self.by_browser.get_mut(&begun.browser) {
            own.retain(|other| other != key);
            if own.is_empty() {
                self.by_browser.remove(&begun.browser);
            }
        }
        Some(begun)
    }

    fn drop_surplus_of(&mut self, browser: BrowserKey) {
        while let Some(own) = self.by_browser.get(&browser)
            && own.len() >= OF_ONE
            && let Some(first) = own.first().copied()
        {
            self.remove(&first);
        }
    }
}
