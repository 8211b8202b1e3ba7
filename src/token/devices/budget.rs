//! What wrong user codes cost: a person first, then an address block, all together last.
//!
//! A try is worth as much as there are codes that it could hit, so that the chance to hit one in a day is bounded however many
//! wait: 10.2 million in 20¹⁰ for all together, which is below one in a million. No one person and no one address block can
//! use up what belongs to all.

use super::Guesser;
use crate::limits::{AddressBlock, RateLimiter};
use crate::model::{Timestamp, UserId};
use std::time::Duration;

/// A person who was wrong too often may try once more after it.
pub const WAIT: Duration = Duration::from_secs(120);
/// Wrong codes of one person at once; then one after each [`WAIT`].
const BURST_OF_ONE: u32 = 5;
/// Wrong codes from one address block at once; then one after each interval. With a thousand codes waiting, half of what is
/// for all together.
const BURST_OF_BLOCK: u32 = 60;
const INTERVAL_OF_BLOCK: Duration = Duration::from_secs(20);
/// Wrong codes times waiting codes, of all: half of a day's bound at once, the other half in the course of a day.
const INTERVAL_OF_ALL: Duration = Duration::from_millis(17);
const BURST_OF_ALL: u32 = 86_400_000 / 17;

/// What is owed for wrong codes.
pub(super) struct Budget {
    people: RateLimiter<UserId>,
    blocks: RateLimiter<Option<AddressBlock>>,
    all: RateLimiter<()>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            people: RateLimiter::new(BURST_OF_ONE, WAIT),
            blocks: RateLimiter::new(BURST_OF_BLOCK, INTERVAL_OF_BLOCK),
            all: RateLimiter::new(BURST_OF_ALL, INTERVAL_OF_ALL),
        }
    }
}

impl Budget {
    /// Is there enough left for a try at so many codes?
    pub(super) fn affords(&self, who: Guesser, waiting: usize, now: Timestamp) -> bool {
        self.people.check(&who.user, 1, now).is_ok()
            && self.blocks.check(&who.block, 1, now).is_ok()
            && self.all.check(&(), weight(waiting), now).is_ok()
    }

    /// The try was wrong.
    pub(super) fn pay(&self, who: Guesser, waiting: usize, now: Timestamp) {
        self.people.charge(who.user, 1, now);
        self.blocks.charge(who.block, 1, now);
        self.all.charge((), weight(waiting), now);
    }
}

fn weight(waiting: usize) -> u32 {
    u32::try_from(waiting.max(1)).unwrap_or(u32::MAX)
}
