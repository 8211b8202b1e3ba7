//! Sign-in flows, from the redirect to a provider to its callback: each is kept in a sealed cookie of its browser and can be
//! used once.
//!
//! Knows cookies and one key of this process, no provider. A started flow takes no memory here, so that no caller can
//! displace the flow of another. The key, and so every flow, ends with the process; the person tries again.

use crate::limits::{AddressBlock, OneTime, OneTimeLimits};
use crate::model::{
    Clock, ParseError, ProviderId, Random, Sealed, SessionKey, SessionSecret, Timestamp,
};
use crate::session::{Cookie, Cookies, FLOW_COOKIES};
use crate::token::{Seal, SealKey};
use data_encoding::BASE64URL_NOPAD;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Lifetime of a flow.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// The one cookie that may hold a flow with a long `return_to`.
const LONG_SLOT: usize = 0;
/// Longest value of that cookie: browsers keep no more than 4096 bytes with name and attributes.
const MAX_LONG_CHARS: usize = 3500;
/// Longest value of the others. All five together stay below the 8 KiB that proxies take in one header line.
const MAX_SHORT_CHARS: usize = 768;
/// Used flows that are remembered. A provider takes a code once as well, so a forgotten one does no harm.
const LIMITS: OneTimeLimits = OneTimeLimits {
    lifetime: LIFETIME,
    remembered: LIFETIME,
    total: 10_000,
    per_owner: 200,
};
/// The name under which flows are sealed.
const SEALED: &str = "sign-in flow";

/// The values of the browser's flow cookies, by slot.
pub type FlowCookies = [Option<String>; FLOW_COOKIES];

/// A flow.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Flow {
    /// The provider, to which the callback must belong.
    pub provider: ProviderId,
    /// Expected in the ID token.
    pub nonce: String,
    /// PKCE verifier (RFC 7636): 43 characters of base64url.
    pub verifier: String,
    /// The address after sign-in.
    pub return_to: String,
    /// Number of back-channel logouts received before it began.
    pub logouts: u64,
}

/// Why a flow cannot continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The browser has no such flow, or it has expired.
    #[error(
        "this sign-in has expired, was used already or was started in another browser; try again"
    )]
    Unknown,
}

/// A flow that has begun.
pub(super) struct StartedFlow {
    /// `state`: the slot of the cookie and 43 characters of base64url.
    pub state: String,
    /// The flow.
    pub flow: Flow,
    /// For `Set-Cookie`.
    pub cookie: String,
}

/// As it is sealed: state, beginning, and the parts of the flow in their order.
type Record = (String, Timestamp, ProviderId, String, String, String, u64);

/// Starts and finishes flows.
pub(super) struct Flows {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    cookies: Cookies,
    seal: Seal,
    used: Mutex<OneTime<Option<AddressBlock>, ()>>,
}

impl Flows {
    /// With a new key.
    pub(super) fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>, cookies: Cookies) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self {
            clock,
            random,
            cookies,
            seal: SealKey::new(key).sign_in_flows(),
            used: Mutex::new(OneTime::new(LIMITS)),
        }
    }

    /// Starts a flow in a browser with these flows; a sixth one replaces the oldest.
    pub(super) fn begin(
        &self,
        present: &FlowCookies,
        provider: ProviderId,
        return_to: String,
        logouts: u64,
    ) -> Result<StartedFlow, ParseError> {
        let word = || SessionSecret::generate(&*self.random).reveal();
        let flow = Flow {
            provider,
            nonce: word(),
            verifier: word(),
            return_to,
            logouts,
        };
        let secret = word();
        let value = self.close(&secret, &flow)?;
        let slot = if value.len() <= MAX_SHORT_CHARS {
            self.slot(present)
        } else if value.len() <= MAX_LONG_CHARS {
            LONG_SLOT
        } else {
            return Err(too_long(&flow));
        };
        let cookie = Cookie::Flow(slot);
        Ok(StartedFlow {
            state: format!("{slot}{secret}"),
            flow,
            cookie: self.cookies.set(cookie, &value, Some(LIFETIME)),
        })
    }

    /// Takes a flow, once. Returns the flow and the `Set-Cookie` value that removes it.
    pub(super) fn take(
        &self,
        state: &str,
        present: &FlowCookies,
        block: Option<AddressBlock>,
    ) -> Result<(Flow, String), FlowError> {
        let (slot, secret) = state.split_at_checked(1).ok_or(FlowError::Unknown)?;
        let slot: usize = slot.parse().map_err(|_| FlowError::Unknown)?;
        let secret: SessionSecret = secret.parse().map_err(|_| FlowError::Unknown)?;
        let value = present.get(slot).and_then(Option::as_deref);
        let (sealed_state, at, flow) = value
            .and_then(|value| self.open(value))
            .ok_or(FlowError::Unknown)?;
        let now = self.clock.now();
        if sealed_state != secret.reveal() || !now.within(LIFETIME, at) {
            return Err(FlowError::Unknown);
        }
        self.use_up(secret.key(), block, now)?;
        Ok((flow, self.cookies.clear(Cookie::Flow(slot))))
    }

    fn use_up(
        &self,
        key: SessionKey,
        block: Option<AddressBlock>,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.take_external(key, block, now)
            .map_err(|_| FlowError::Unknown)
    }

    /// A slot without a flow, the long one last, or the one whose flow is the oldest. Tabs that begin at the same moment do
    /// not know of each other, so a free slot is chosen at random.
    fn slot(&self, present: &FlowCookies) -> usize {
        let begun_at = |slot: &usize| {
            let value = present.get(*slot).and_then(Option::as_deref)?;
            Some(self.open(value)?.1)
        };
        let short = LONG_SLOT + 1..FLOW_COOKIES;
        let free: Vec<usize> = short.filter(|slot| begun_at(slot).is_none()).collect();
        let mut byte = [0];
        self.random.fill(&mut byte);
        let any = usize::from(byte.first().copied().unwrap_or_default());
        let chosen = any.checked_rem(free.len()).and_then(|any| free.get(any));
        // A slot without a flow comes before every flow.
        let oldest = || (0..FLOW_COOKIES).min_by_key(begun_at);
        chosen.copied().or_else(oldest).unwrap_or(LONG_SLOT)
    }

    fn close(&self, secret: &str, flow: &Flow) -> Result<String, ParseError> {
        let flow = flow.clone();
        let record: Record = (
            secret.to_owned(),
            self.clock.now(),
            flow.provider,
            flow.nonce,
            flow.verifier,
            flow.return_to,
            flow.logouts,
        );
        let text =
            serde_json::to_vec(&record).map_err(|error| ParseError::new(error.to_string()))?;
        let sealed = self.seal.close(SEALED, &text);
        let sealed = sealed.map_err(|error| ParseError::new(error.to_string()))?;
        Ok(BASE64URL_NOPAD.encode(sealed.bytes()))
    }

    fn open(&self, value: &str) -> Option<(String, Timestamp, Flow)> {
        let sealed = Sealed::new(BASE64URL_NOPAD.decode(value.as_bytes()).ok()?);
        let text = self.seal.open(SEALED, &sealed).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        let (state, at, provider, nonce, verifier, return_to, logouts) = record;
        let flow = Flow {
            provider,
            nonce,
            verifier,
            return_to,
            logouts,
        };
        Some((state, at, flow))
    }
}

fn too_long(flow: &Flow) -> ParseError {
    ParseError::new(format!(
        "the address to return to is too long ({} characters); sign in first, then open it again",
        flow.return_to.len()
    ))
}

#[cfg(test)]
#[path = "flows_tests.rs"]
mod tests;
