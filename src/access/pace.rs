//! How often each of many may come: every time costs some waiting, which wears off; whoever owes too much is told to wait.
//!
//! In memory, bounded. A clock that was set back locks nobody out.

use crate::model::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Debtors that are remembered at a time; beyond it all debts are forgotten.
const MOST: usize = 10_000;

/// What everybody of one kind may do how often.
pub(in crate::access) struct Pace<K> {
    each: Duration,
    at_once: u32,
    /// By the instant at which nothing would be owed any more.
    owed: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Eq + Hash> Pace<K> {
    /// So often at once, and then one after each of these spans.
    pub(in crate::access) fn new(at_once: u32, each: Duration) -> Self {
        Self {
            each,
            at_once,
            owed: Mutex::default(),
        }
    }

    /// May this one come now? Otherwise how long to wait.
    pub(in crate::access) fn take(&self, who: K, now: Timestamp) -> Result<(), Duration> {
        let most = self.each.saturating_mul(self.at_once);
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        if owed.len() >= MOST {
            owed.retain(|_, until| *until > now);
        }
        if owed.len() >= MOST {
            owed.clear();
        }
        let until = owed.get(&who).copied().unwrap_or_default();
        let debt = Some(until.since(now)).filter(|debt| *debt <= most);
        let debt = debt.unwrap_or_default().saturating_add(self.each);
        if debt > most {
            return Err(debt.saturating_sub(most));
        }
        owed.insert(who, now.plus(debt));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn so_many_come_at_once_then_one_after_each_span_and_each_pays_alone() {
        let pace = Pace::new(3, Duration::from_secs(2));
        for _ in 0..3 {
            assert_eq!(pace.take("ben", at(0)), Ok(()));
        }
        assert_eq!(pace.take("ben", at(0)), Err(Duration::from_secs(2)));
        assert_eq!(pace.take("ben", at(1)), Err(Duration::from_secs(1)));
        assert_eq!(pace.take("cleo", at(1)), Ok(()));
        assert_eq!(pace.take("ben", at(2)), Ok(()));
        assert!(pace.take("ben", at(2)).is_err());
        for _ in 0..3 {
            assert_eq!(pace.take("ben", at(60)), Ok(()), "debts wear off");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let pace = Pace::new(3, Duration::from_secs(2));
        while pace.take("ben", at(0)).is_ok() {}
        assert_eq!(pace.take("ben", at(-3600)), Ok(()));
    }

    #[test]
    fn a_flood_of_strangers_stays_bounded() {
        let pace = Pace::new(3, Duration::from_secs(2));
        for stranger in 0..3 * MOST {
            assert!(pace.take(stranger, at(0)).is_ok());
        }
        assert!(pace.owed.lock().unwrap().len() <= MOST);
    }
}
