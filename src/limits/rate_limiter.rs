//! How often each key may act: every action costs some waiting time, which wears off; a key that owes too much waits.
//!
//! In memory, bounded. A clock that was set back locks no key out. When the table is full, the smallest debts are forgotten:
//! fresh keys by the thousand free neither themselves nor another key of what it owes.

use crate::model::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keys with a debt that are remembered at a time.
const MAX_KEYS: usize = 10_000;
/// Part of the keys that is forgotten at once when the table is full, so that the search for them is rare.
const FORGOTTEN_PART: usize = 8;

/// A limit of the same size for each key.
pub struct RateLimiter<K> {
    burst: u32,
    interval: Duration,
    /// By the instant at which the key would owe nothing.
    paid_at: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Eq + Hash + Clone> RateLimiter<K> {
    /// So many actions at once, then one after each interval.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Self {
            burst,
            interval,
            paid_at: Mutex::default(),
        }
    }

    /// Takes one action now, or says how long to wait for it.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let mut paid_at = self.lock();
        let until = self.after(paid_at.get(&key).copied(), 1, now)?;
        self.set(&mut paid_at, key, until, now);
        Ok(())
    }

    /// Could the key take so many actions now? Otherwise how long to wait.
    pub fn check(&self, key: &K, actions: u32, now: Timestamp) -> Result<(), Duration> {
        let until = self.after(self.lock().get(key).copied(), actions, now);
        until.map(|_| ())
    }

    /// Takes so many actions, up to the whole debt that a key may have.
    pub fn charge(&self, key: K, actions: u32, now: Timestamp) {
        let mut paid_at = self.lock();
        let until = self.after(paid_at.get(&key).copied(), actions, now);
        let until = until.unwrap_or_else(|_| now.plus(self.max_debt()));
        self.set(&mut paid_at, key, until, now);
    }

    fn max_debt(&self) -> Duration {
        self.interval.saturating_mul(self.burst)
    }

    /// When the key would owe nothing after so many actions more.
    fn after(
        &self,
        paid_at: Option<Timestamp>,
        actions: u32,
        now: Timestamp,
    ) -> Result<Timestamp, Duration> {
        let most = self.max_debt();
        let debt = paid_at.unwrap_or_default().since(now);
        // A debt above the bound was made before the clock was set back.
        let debt = Some(debt).filter(|debt| *debt <= most).unwrap_or_default();
        let debt = debt.saturating_add(self.interval.saturating_mul(actions));
        if debt > most {
            return Err(debt.saturating_sub(most));
        }
        Ok(now.plus(debt))
    }

    fn set(&self, paid_at: &mut HashMap<K, Timestamp>, key: K, until: Timestamp, now: Timestamp) {
        if paid_at.len() >= MAX_KEYS && !paid_at.contains_key(&key) {
            self.make_room(paid_at, now);
        }
        paid_at.insert(key, until);
    }

    fn make_room(&self, paid_at: &mut HashMap<K, Timestamp>, now: Timestamp) {
        let most = self.max_debt();
        paid_at.retain(|_, until| *until > now && until.since(now) <= most);
        if paid_at.len() < MAX_KEYS {
            return;
        }
        let mut debts: Vec<_> = paid_at
            .iter()
            .map(|(k, until)| (*until, k.clone()))
            .collect();
        let smallest = debts.len() / FORGOTTEN_PART;
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
    fn a_burst_then_one_per_interval_and_each_key_pays_alone() {
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
            assert_eq!(limiter.take(BEN, at(60)), Ok(()), "debts wear off");
        }
    }

    #[test]
    fn a_check_costs_nothing_and_a_charge_stops_at_the_bound() {
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
    fn a_clock_that_was_set_back_locks_no_key_out() {
        let limiter = limiter();
        while limiter.take(BEN, at(0)).is_ok() {}
        assert_eq!(limiter.take(BEN, at(-3600)), Ok(()));
    }

    #[test]
    fn a_flood_of_fresh_keys_is_bounded_and_forgives_no_debt() {
        let limiter = limiter();
        while limiter.take(BEN, at(0)).is_ok() {}
        for stranger in 10..3 * MAX_KEYS {
            assert_eq!(limiter.take(stranger, at(0)), Ok(()));
        }
        assert!(limiter.lock().len() <= MAX_KEYS);
        assert!(
            limiter.take(BEN, at(1)).is_err(),
            "the largest debt is kept"
        );
    }
}
