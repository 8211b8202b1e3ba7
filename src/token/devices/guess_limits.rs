//! Limits on wrong user codes: per person, per address block, and for all together.
//!
//! A wrong code costs as much as there are codes that it could have been, so that the chance to guess one in a day is bounded
//! however many wait: 10.2 million in 20¹⁰ for all together, which is below one in a million. The limits of a person and of
//! an address block are far below the one for all, so that neither can lock other people out.

use crate::limits::{AddressBlock, RateLimiter};
use crate::model::{Timestamp, UserId};
use std::time::Duration;

/// After as many wrong codes as the limit allows, a person may try once more after this time.
pub const GUESS_INTERVAL: Duration = Duration::from_secs(120);
/// Wrong codes of one person at once; then one after each [`GUESS_INTERVAL`].
const USER_BURST: u32 = 5;
/// Wrong codes from one address block at once; then one after each interval. With a thousand codes waiting, this is half of
/// the limit for all.
const BLOCK_BURST: u32 = 60;
const BLOCK_INTERVAL: Duration = Duration::from_secs(20);
/// Wrong codes times waiting codes, for all: half of a day's bound at once, the other half in the course of a day.
const GLOBAL_INTERVAL: Duration = Duration::from_millis(17);
const GLOBAL_BURST: u32 = 86_400_000 / 17;

/// The person who enters a user code, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approver {
    /// The person who is signed in.
    pub user: UserId,
    /// The address block of the browser.
    pub block: Option<AddressBlock>,
}

/// Counts wrong user codes.
pub(super) struct GuessLimits {
    by_user: RateLimiter<UserId>,
    by_block: RateLimiter<Option<AddressBlock>>,
    global: RateLimiter<()>,
}

impl Default for GuessLimits {
    fn default() -> Self {
        Self {
            by_user: RateLimiter::new(USER_BURST, GUESS_INTERVAL),
            by_block: RateLimiter::new(BLOCK_BURST, BLOCK_INTERVAL),
            global: RateLimiter::new(GLOBAL_BURST, GLOBAL_INTERVAL),
        }
    }
}

impl GuessLimits {
    /// May the person enter a code while this many wait?
    pub(super) fn allow(&self, approver: Approver, waiting: u32, now: Timestamp) -> bool {
        self.by_user.check(&approver.user, 1, now).is_ok()
            && self.by_block.check(&approver.block, 1, now).is_ok()
            && self.global.check(&(), waiting.max(1), now).is_ok()
    }

    /// Counts a wrong code that was entered while this many waited.
    pub(super) fn charge(&self, approver: Approver, waiting: u32, now: Timestamp) {
        self.by_user.charge(approver.user, 1, now);
        self.by_block.charge(approver.block, 1, now);
        self.global.charge((), waiting.max(1), now);
    }
}
