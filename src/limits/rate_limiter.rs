//! A rate limiter for each key (generic cell rate algorithm): an action adds a debt of time, which time pays off; a key with
//! too much debt waits.
//!
//! In memory, bounded. A clock that is set back locks no key out. A full table drops the smallest debts, so that a flood
//! of new keys does not free a key of a large debt.

use crate::model::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Keys with a debt in memory.
const MAX_KEYS: usize = 10_000;
/// The reciprocal of the part that a full table drops at once, so that it is searched rarely.
const DROPPED_PART: usize = 8;

/// A limit for each key.
pub struct RateLimiter<K> {
    burst: u32,
    interval: Duration,
    /// The instant at which the debt of a key is paid off.
    paid_at: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Eq + Hash + Clone> RateLimiter<K> {
    /// Allows `burst` actions at once, then one in each interval.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Self {
            burst,
            interval,
            paid_at: Mutex::default(),
        }
    }

    /// Allows this number of actions at once, and as many in each minute after.
    pub fn per_minute(actions: u32) -> Self {
        Self::new(actions, MINUTE / actions.max(1))
    }

    /// Takes one action now, or returns the time to wait for it.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let mut paid_at = self.lock();
        let until = self.after(paid_at.get(&key).copied(), 1, now)?;
        self.set(&mut paid_at, key, until, now);
        Ok(())
    }

    /// Checks that the key may take this number of actions now; otherwise returns the time to wait.
    pub fn check(&self, key: &K, actions: u32, now: Timestamp) -> Result<(), Duration> {
        let until = self.after(self.lock().get(key).copied(), actions, now);
        until.map(|_| ())
    }

    /// Takes this number of actions, up to the largest debt.
    pub fn charge(&self, key: K, actions: u32, now: Timestamp) {
        let mut paid_at = self.lock();
        let until = self.after(paid_at.get(&key).copied(), actions, now);
        let until = until.unwrap_or_else(|_| now.plus(self.max_debt()));
        self.set(&mut paid_at, key, until, now);
    }

    fn max_debt(&self) -> Duration {
        self.interval.saturating_mul(self.burst)
    }

    /// The instant at which the debt is paid off after more actions.
    fn after(
        &self,
        paid_at: Option<Timestamp>,
        actions: u32,
        now: Timestamp,
    ) -> Result<Timestamp, Duration> {
        let most = self.max_debt();
        let debt = paid_at.unwrap_or_default().since(now);
        // The clock was set back if the debt is above the bound.
        let debt = Some(debt).filter(|debt| *debt <= most).unwrap_or_default();
        let debt = debt.saturating_add(self.interval.saturating_mul(actions));
        if debt > most {
            return Err(debt.saturating_sub(most));
        }
        Ok(now.plus(debt))
    }

    fn set(&self, paid_at: &mut HashMap<K, Timestamp>, key: K, until: Timestamp, now: Timestamp) {
        if paid_at.len() >= MAX_KEYS && !paid_at.contains_key(&key) {
            self.drop_smallest(paid_at, now);
        }
        paid_at.insert(key, until);
    }

    fn drop_smallest(&self, paid_at: &mut HashMap<K, Timestamp>, now: Timestamp) {
        let most = self.max_debt();
        paid_at.retain(|_, until| *until > now && until.since(now) <= most);
        if paid_at.len() < MAX_KEYS {
            return;
        }
        let mut debts: Vec<_> = paid_at
            .iter()
            .map(|(k, until)| (*until, k.clone()))
            .collect();
        let smallest = debts.len() / DROPPED_PART;
        debts.select_nth_unstable_by_key(smallest, |(until, _)| *until);
        for (_, key) in debts.iter().take(smallest) {
            paid_at.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Timestamp>> {
        self.paid_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    fn limiter() -> RateLimiter<usize> {
        RateLimiter::new(3, Duration::from_secs(2))
    }

    const BEN: usize = 1;
    const CLEO: usize = 2;

    #[test]
    fn burst_then_one_per_interval_for_each_key() {
        let limiter = limiter();
        for _ in 0..3 {
            assert_eq!(limiter.take(BEN, at(0)), Ok(()));
        }
        assert_eq!(limiter.take(BEN, at(0)), Err(Duration::from_secs(2)));
        assert_eq!(limiter.take(BEN, at(1)), Err(Duration::from_secs(1)));
        assert_eq!(limiter.take(CLEO, at(1)), Ok(()));
        assert_eq!(limiter.take(BEN, at(2)), Ok(()));
        assert!(limiter.take(BEN, at(2)).is_err());
        for _ in 0..3 {
            assert_eq!(limiter.take(BEN, at(60)), Ok(()), "the debt is paid off");
        }
    }

    #[test]
    fn limit_per_minute_refills_in_a_minute() {
        let limiter = RateLimiter::per_minute(7);
        for minute in 0..3 {
            let now = at(60 * minute);
            assert_eq!((0..9).filter(|_| limiter.take(BEN, now).is_ok()).count(), 7);
        }
    }

    #[test]
    fn check_adds_no_debt_and_charge_stops_at_the_bound() {
        let limiter = limiter();
        for _ in 0..9 {
            assert_eq!(limiter.check(&BEN, 3, at(0)), Ok(()));
        }
        assert!(limiter.check(&BEN, 4, at(0)).is_err());
        limiter.charge(BEN, 100, at(0));
        assert!(limiter.check(&BEN, 1, at(1)).is_err());
        assert_eq!(limiter.check(&BEN, 1, at(2)), Ok(()));
    }

    #[test]
    fn clock_that_is_set_back_locks_no_key_out() {
        let limiter = limiter();
        while limiter.take(BEN, at(0)).is_ok() {}
        assert_eq!(limiter.take(BEN, at(-3600)), Ok(()));
    }

    #[test]
    fn flood_of_new_keys_is_bounded_and_frees_no_key() {
        let limiter = limiter();
        while limiter.take(BEN, at(0)).is_ok() {}
        for new_key in 10..3 * MAX_KEYS {
            assert_eq!(limiter.take(new_key, at(0)), Ok(()));
        }
        assert!(limiter.lock().len() <= MAX_KEYS);
        assert!(
            limiter.take(BEN, at(1)).is_err(),
            "the largest debt is kept"
        );
    }
}
