//! What wrong codes cost. A try is worth as much as there are codes that it could hit, so that the chance to hit one in a
//! day is bounded however many wait: 24,000 in 20⁸ in all, which is below one in a million.

use crate::model::{Timestamp, UserId};
use std::collections::HashMap;
use std::time::Duration;

/// What a try costs for each code that waits, and how much may be owed: 12,000 at once, and as many a day again.
const OF_ALL: Price = Price {
    each: Duration::from_millis(7200),
    most: Duration::from_secs(86_400),
};
/// Whoever was wrong too often may try once more after it.
pub const WAIT: Duration = Duration::from_secs(120);
/// What a try costs one person: five at once, then one every two minutes.
const OF_ONE: Price = Price {
    each: WAIT,
    most: Duration::from_secs(600),
};

/// Debt that wears off with time.
struct Price {
    each: Duration,
    most: Duration,
}

impl Price {
    /// The instant at which nothing would be owed any more, after that many tries more; none when that is too much.
    fn after(&self, owed_until: Timestamp, tries: usize, now: Timestamp) -> Option<Timestamp> {
        let tries = u32::try_from(tries.max(1)).unwrap_or(u32::MAX);
        let owed = owed_until.since(now);
        let owed = owed.saturating_add(self.each.saturating_mul(tries));
        (owed <= self.most).then(|| now.plus(owed))
    }
}

/// What is owed, by the instant at which it would be nothing.
#[derive(Default)]
pub(super) struct Budget {
    all: Timestamp,
    people: HashMap<UserId, Timestamp>,
}

impl Budget {
    /// Is there enough left for a try of this person at so many codes?
    pub(super) fn affords(&mut self, user: UserId, live: usize, now: Timestamp) -> bool {
        self.tidy(now);
        let own = self.people.get(&user).copied().unwrap_or_default();
        OF_ALL.after(self.all, live, now).is_some() && OF_ONE.after(own, 1, now).is_some()
    }

    /// The try was wrong.
    pub(super) fn pay(&mut self, user: UserId, live: usize, now: Timestamp) {
        let own = self.people.get(&user).copied().unwrap_or_default();
        if let Some(owed) = OF_ONE.after(own, 1, now) {
            self.people.insert(user, owed);
        }
        if let Some(owed) = OF_ALL.after(self.all, live, now) {
            self.all = owed;
        }
    }

    /// Forgets what is paid, and what nobody can owe: a clock that was set back must lock no door.
    fn tidy(&mut self, now: Timestamp) {
        if self.all.since(now) > OF_ALL.most {
            self.all = Timestamp::ZERO;
        }
        self.people
            .retain(|_, owed| *owed > now && owed.since(now) <= OF_ONE.most);
    }
}
