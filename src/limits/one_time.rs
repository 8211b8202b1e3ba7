//! Values that can be taken once: authorization codes, device codes, hand-over codes, used sign-in flows.
//!
//! Pure: the instant and the random source are arguments. A value is found by the hash of a secret that is returned when the
//! value is issued; the secret itself is never kept. A taken value leaves a record, so that a second use is recognized as
//! one. Must never return a value twice, and never one that was issued before the clock was set back.

use super::BoundedTable;
use crate::model::{Random, SessionKey, SessionSecret, Timestamp};
use std::hash::Hash;
use std::time::Duration;

/// Times and bounds of a [`OneTime`] table.
#[derive(Debug, Clone, Copy)]
pub struct OneTimeLimits {
    /// A value can be taken for this long.
    pub lifetime: Duration,
    /// An entry, taken or not, is recognized for this long.
    pub remembered: Duration,
    /// Entries in all; the oldest entry of the owner with the most entries is dropped for another.
    pub total: usize,
    /// Entries of one owner; the oldest is dropped for another.
    pub per_owner: usize,
}

/// Why a secret gives no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneTimeError {
    /// Never issued here, or forgotten.
    Unknown,
    /// Its lifetime is over.
    Expired,
    /// Taken before.
    Taken,
}

/// Values that can be taken once, each with an owner; `R` is the record that a taken value leaves.
pub struct OneTime<O, V, R = ()> {
    limits: OneTimeLimits,
    entries: BoundedTable<SessionKey, O, Entry<V, R>>,
}

struct Entry<V, R> {
    issued_at: Timestamp,
    state: State<V, R>,
}

enum State<V, R> {
    Issued(V),
    Taken(R),
}

impl<V, R> Entry<V, R> {
    fn value(&mut self, lifetime: Duration, now: Timestamp) -> Result<&mut V, OneTimeError> {
        match &mut self.state {
            State::Taken(_) => Err(OneTimeError::Taken),
            State::Issued(_) if !now.within(lifetime, self.issued_at) => Err(OneTimeError::Expired),
            State::Issued(value) => Ok(value),
        }
    }
}

impl<O: Eq + Hash + Clone, V, R: Default> OneTime<O, V, R> {
    /// An empty table.
    pub fn new(limits: OneTimeLimits) -> Self {
        Self {
            limits,
            entries: BoundedTable::new(limits.total, limits.per_owner),
        }
    }

    /// Adds a value; returns the secret that takes it.
    pub fn issue(
        &mut self,
        owner: O,
        value: V,
        now: Timestamp,
        random: &dyn Random,
    ) -> SessionSecret {
        self.forget_old(now);
        let secret = SessionSecret::generate(random);
        self.insert(secret.key(), owner, State::Issued(value), now);
        secret
    }

    /// Records the use of a value that was issued elsewhere; fails when it was used before.
    pub fn take_external(
        &mut self,
        key: SessionKey,
        owner: O,
        now: Timestamp,
    ) -> Result<(), OneTimeError> {
        self.forget_old(now);
        if self.entries.get(&key).is_some() {
            return Err(OneTimeError::Taken);
        }
        self.insert(key, owner, State::Taken(R::default()), now);
        Ok(())
    }

    fn insert(&mut self, key: SessionKey, owner: O, state: State<V, R>, now: Timestamp) {
        let entry = Entry {
            issued_at: now,
            state,
        };
        self.entries.insert(key, owner, entry);
    }

    /// Takes a value; returns it with the instant at which it was issued.
    pub fn take(
        &mut self,
        key: &SessionKey,
        now: Timestamp,
    ) -> Result<(V, Timestamp), OneTimeError> {
        let entry = self.entries.get_mut(key).ok_or(OneTimeError::Unknown)?;
        entry.value(self.limits.lifetime, now)?;
        match std::mem::replace(&mut entry.state, State::Taken(R::default())) {
            State::Issued(value) => Ok((value, entry.issued_at)),
            State::Taken(_) => Err(OneTimeError::Taken),
        }
    }

    /// The record that a taken value left.
    pub fn record_mut(&mut self, key: &SessionKey) -> Option<&mut R> {
        match &mut self.entries.get_mut(key)?.state {
            State::Taken(record) => Some(record),
            State::Issued(_) => None,
        }
    }

    /// A value that was not taken, whatever its age.
    pub fn get(&self, key: &SessionKey) -> Option<&V> {
        match &self.entries.get(key)?.state {
            State::Issued(value) => Some(value),
            State::Taken(_) => None,
        }
    }

    /// A value that can be taken, to change it.
    pub fn get_mut(&mut self, key: &SessionKey, now: Timestamp) -> Result<&mut V, OneTimeError> {
        let entry = self.entries.get_mut(key).ok_or(OneTimeError::Unknown)?;
        entry.value(self.limits.lifetime, now)
    }

    /// The values that can be taken, in no order.
    pub fn values_mut(&mut self, now: Timestamp) -> impl Iterator<Item = &mut V> {
        let lifetime = self.limits.lifetime;
        let entries = self.entries.values_mut();
        entries.filter_map(move |entry| entry.value(lifetime, now).ok())
    }

    /// An entry from before the clock was set back stays: its record must outlast the correction.
    fn forget_old(&mut self, now: Timestamp) {
        let remembered = self.limits.remembered;
        let old = |entry: &Entry<V, R>| now.since(entry.issued_at) >= remembered;
        while self.entries.remove_oldest_while(old).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::TestClock;
    use std::sync::Arc;

    const MINUTE: Duration = Duration::from_secs(60);
    const START: Timestamp = Timestamp::from_seconds(1_000_000);

    fn table() -> (OneTime<u8, u32, bool>, Arc<TestClock>) {
        let limits = OneTimeLimits {
            lifetime: MINUTE,
            remembered: 10 * MINUTE,
            total: 40,
            per_owner: 5,
        };
        (OneTime::new(limits), TestClock::new())
    }

    #[test]
    fn a_value_is_taken_once_and_leaves_a_record() {
        let (mut table, random) = table();
        let key = table.issue(1, 7, START, &*random).key();
        assert_eq!(table.record_mut(&key), None);
        *table.get_mut(&key, START).unwrap() += 1;
        assert_eq!(table.values_mut(START).count(), 1);
        assert_eq!(table.take(&key, START), Ok((8, START)));
        assert_eq!(table.take(&key, START), Err(OneTimeError::Taken));
        assert_eq!(table.record_mut(&key), Some(&mut false));
        assert_eq!(table.get(&key), None);
        assert_eq!(table.values_mut(START).count(), 0);
    }

    #[test]
    fn an_expired_value_is_recognized_and_then_forgotten() {
        let (mut table, random) = table();
        let key = table.issue(1, 7, START, &*random).key();
        for expired in [START.plus(MINUTE), START.minus(MINUTE + MINUTE)] {
            assert_eq!(table.take(&key, expired), Err(OneTimeError::Expired));
            assert_eq!(table.get(&key), Some(&7));
            assert_eq!(table.values_mut(expired).count(), 0);
        }
        table.issue(1, 8, START.plus(10 * MINUTE), &*random);
        assert_eq!(table.take(&key, START), Err(OneTimeError::Unknown));
    }

    #[test]
    fn an_external_value_is_used_once() {
        let (mut table, random) = table();
        let key = SessionSecret::generate(&*random).key();
        assert_eq!(table.take_external(key, 1, START), Ok(()));
        let replay = table.take_external(key, 2, START.minus(MINUTE));
        assert_eq!(replay, Err(OneTimeError::Taken));
        assert_eq!(table.take_external(key, 1, START.plus(10 * MINUTE)), Ok(()));
    }

    #[test]
    fn a_flood_is_bounded_and_drops_values_of_its_own_owner() {
        let (mut table, random) = table();
        let kept = table.issue(0, 0, START, &*random).key();
        for value in 0..1000 {
            table.issue(1, value, START, &*random);
        }
        assert_eq!(table.values_mut(START).count(), 1 + 5);
        for owner in 2..=10 {
            for value in 0..5 {
                table.issue(owner, value, START, &*random);
            }
        }
        assert_eq!(table.values_mut(START).count(), 40);
        assert_eq!(table.take(&kept, START), Ok((0, START)));
    }
}
