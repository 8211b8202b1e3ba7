//! How often each key may act in a minute of the clock.
//!
//! Forgets everything when a minute is over. The caller bounds the number of keys: a key is kept only when something was
//! taken for it.

use crate::model::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// A limit per key and minute.
pub(super) struct MinuteLimit<K> {
    most: u32,
    since: Timestamp,
    used: HashMap<K, u32>,
}

impl<K: Eq + Hash> MinuteLimit<K> {
    /// At most `most` actions of each key in a minute.
    pub(super) fn per_minute(most: u32) -> Self {
        Self {
            most,
            since: Timestamp::ZERO,
            used: HashMap::new(),
        }
    }

    /// Is anything left?
    pub(super) fn has(&mut self, key: &K, now: Timestamp) -> bool {
        if is_over(self.since, now) {
            self.since = now;
            self.used.clear();
        }
        self.used.get(key).is_none_or(|used| *used < self.most)
    }

    /// Keys for which something was taken in this minute.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.used.len()
    }

    /// Takes one; `false` when nothing is left.
    pub(super) fn take(&mut self, key: K, now: Timestamp) -> bool {
        let has = self.has(&key, now);
        if has {
            *self.used.entry(key).or_default() += 1;
        }
        has
    }
}

/// Has a minute passed? A clock that was set back ends it as well, so that it silences nothing.
pub(super) fn is_over(since: Timestamp, now: Timestamp) -> bool {
    now.since(since).max(since.since(now)) >= MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    #[test]
    fn each_key_has_its_own_part_of_each_minute() {
        let mut limit = MinuteLimit::per_minute(2);
        let mut take = |key, seconds| limit.take(key, at(seconds));
        assert!(take("a", 0) && take("a", 59) && !take("a", 59));
        assert!(take("b", 59), "another key");
        assert!(take("a", 60), "the next minute");
        assert!(take("a", 61) && !take("a", 62));
        assert!(
            take("a", -3600),
            "a clock that was set back silences nothing"
        );
    }
}
