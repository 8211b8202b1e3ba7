//! Windows: the first of a kind is written, its repeats are counted, the count is given out when the window closes.
//!
//! A pure state machine over keys that its owner chooses and instants that it is given. Each window keeps a label, made
//! once when it opens, so that a key may consist of ids and numbers. Must never hold more keys than its capacity, and must
//! never lose a count: everything that was counted is given out once.

use crate::model::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

/// What to do about something that just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The first of its kind in a window: write it.
    First,
    /// A repeat: it is counted.
    Repeat,
    /// The windows are full and this kind has none: nothing was counted. Write it, or give it to
    /// [`Windows::see`] again under a wider key.
    Full,
}

/// A window that has closed with a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed<K, L> {
    /// Its kind.
    pub key: K,
    /// Its label.
    pub label: L,
    /// When it opened.
    pub since: Timestamp,
    /// How often it happened without being written; at least 1.
    pub repeats: u64,
}

struct Open<L> {
    label: L,
    since: Timestamp,
    repeats: u64,
}

/// The open windows.
pub struct Windows<K, L> {
    span: Duration,
    capacity: usize,
    open: HashMap<K, Open<L>>,
    // In the order of opening. INVARIANT: exactly one entry for each key of `open`.
    order: VecDeque<K>,
    closed: Vec<Closed<K, L>>,
}

impl<K: Clone + Eq + Hash, L> Windows<K, L> {
    /// Windows that last `span`, at most `capacity` at a time.
    pub fn new(span: Duration, capacity: usize) -> Self {
        Self {
            span,
            capacity,
            open: HashMap::new(),
            order: VecDeque::new(),
            closed: Vec::new(),
        }
    }

    /// Something of this kind happened now; the label is made if it is the first.
    pub fn see(&mut self, key: &K, now: Timestamp, label: impl FnOnce() -> L) -> Seen {
        if self.repeat(key, now) {
            return Seen::Repeat;
        }
        if self.open(key, now, label, 0) {
            Seen::First
        } else {
            Seen::Full
        }
    }

    /// Counts it if a window of its kind is open; otherwise nothing was counted.
    pub fn repeat(&mut self, key: &K, now: Timestamp) -> bool {
        self.close_old(now);
        self.add(key)
    }

    /// Counts it and has nothing written: no window ends meanwhile. `false` if nothing was counted, because the windows
    /// are full and this kind has none.
    pub fn count(&mut self, key: &K, now: Timestamp, label: impl FnOnce() -> L) -> bool {
        self.add(key) || self.open(key, now, label, 1)
    }

    fn add(&mut self, key: &K) -> bool {
        let open = self.open.get_mut(key);
        open.is_some_and(|open| {
            open.repeats = open.repeats.saturating_add(1);
            true
        })
    }

    fn open(&mut self, key: &K, now: Timestamp, label: impl FnOnce() -> L, repeats: u64) -> bool {
        if self.open.len() >= self.capacity {
            return false;
        }
        let fresh = Open {
            label: label(),
            since: now,
            repeats,
        };
        self.open.insert(key.clone(), fresh);
        self.order.push_back(key.clone());
        true
    }

    /// Gives out every window with a count that has closed by now.
    pub fn close(&mut self, now: Timestamp) -> Vec<Closed<K, L>> {
        self.close_old(now);
        std::mem::take(&mut self.closed)
    }

    /// Closes every window, its time over or not, as a stopping server does.
    pub fn close_all(&mut self) -> Vec<Closed<K, L>> {
        while let Some(key) = self.order.pop_front() {
            self.shut(key);
        }
        std::mem::take(&mut self.closed)
    }

    /// Takes counts back that could not be written; they are given out with the next that close.
    pub fn restore(&mut self, counts: impl IntoIterator<Item = Closed<K, L>>) {
        self.closed.extend(counts);
    }

    /// Each window is closed once, so that this costs what opening did, spread over calls.
    fn close_old(&mut self, now: Timestamp) {
        while let Some(key) = self.order.front()
            && self.open.get(key).is_none_or(|open| self.over(open, now))
        {
            let key = key.clone();
            self.order.pop_front();
            self.shut(key);
        }
    }

    /// A window that opened far in the future is over as well: a clock that was set back must not silence its kind.
    fn over(&self, open: &Open<L>, now: Timestamp) -> bool {
        now.since(open.since).max(open.since.since(now)) >= self.span
    }

    fn shut(&mut self, key: K) {
        if let Some(Open {
            label,
            since,
            repeats,
        }) = self.open.remove(&key)
            && repeats > 0
        {
            self.closed.push(Closed {
                key,
                label,
                since,
                repeats,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Closed, Seen, Windows};
    use crate::model::Timestamp;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use std::time::Duration;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn windows(capacity: usize) -> Windows<u8, ()> {
        Windows::new(Duration::from_secs(60), capacity)
    }

    #[test]
    fn the_first_is_written_and_repeats_are_given_out_once_when_the_window_closes() {
        let mut windows = windows(9);
        assert_eq!(windows.see(&1, at(0), || ()), Seen::First);
        assert_eq!(windows.see(&1, at(1), || ()), Seen::Repeat);
        assert_eq!(windows.see(&1, at(59), || ()), Seen::Repeat);
        assert_eq!(windows.see(&2, at(59), || ()), Seen::First);
        assert_eq!(windows.close(at(59)), []);
        let closed = Closed {
            key: 1,
            label: (),
            since: at(0),
            repeats: 2,
        };
        assert_eq!(windows.close(at(60)), [closed]);
        assert_eq!(windows.close(at(600)), [], "no repeats, nothing to say");
    }

    #[test]
    fn a_window_whose_time_is_over_opens_anew_and_its_count_is_kept() {
        let mut windows = windows(9);
        windows.see(&1, at(0), || ());
        windows.see(&1, at(1), || ());
        assert_eq!(windows.see(&1, at(60), || ()), Seen::First);
        assert_eq!(windows.close(at(61)).len(), 1);
        assert_eq!(windows.see(&1, at(61), || ()), Seen::Repeat);
        assert_eq!(windows.close_all().len(), 1);
    }

    #[test]
    fn a_full_house_takes_no_new_kind_and_still_counts_the_old() {
        let mut windows = windows(1);
        windows.see(&1, at(0), || ());
        assert_eq!(windows.see(&2, at(1), || ()), Seen::Full);
        assert_eq!(windows.see(&1, at(2), || ()), Seen::Repeat);
        assert_eq!(windows.see(&2, at(60), || ()), Seen::First, "room again");
    }

    #[test]
    fn a_clock_that_was_set_back_a_little_opens_nothing_twice_and_far_back_silences_nothing() {
        let mut windows = windows(9);
        windows.see(&1, at(100), || ());
        assert_eq!(windows.see(&1, at(41), || ()), Seen::Repeat);
        assert_eq!(windows.see(&1, at(40), || ()), Seen::First);
        assert_eq!(windows.close(at(40)).len(), 1);
    }

    #[test]
    fn what_is_only_counted_keeps_its_window_open_and_is_all_in_its_count() {
        let mut windows = windows(1);
        assert!(windows.count(&1, at(0), || ()));
        assert!(windows.count(&1, at(6000), || ()), "longer than any window");
        assert!(!windows.count(&2, at(6000), || ()), "full");
        let closed = windows.close(at(6000));
        assert_eq!(closed.iter().map(|c| c.repeats).sum::<u64>(), 2);
        windows.restore(closed);
        assert_eq!(
            windows.close_all().len(),
            1,
            "what could not be written comes again"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_bound_holds(
            steps in prop::collection::vec((0_u8..6, -80_i64..100, any::<bool>(), any::<bool>()), 0..200)
        ) {
            let mut windows = windows(3);
            let (mut now, mut repeats, mut given) = (0, 0, 0);
            for (key, step, close, write) in steps {
                now += step;
                repeats += u64::from(if write {
                    windows.see(&key, at(now), || ()) == Seen::Repeat
                } else {
                    windows.count(&key, at(now), || ())
                });
                prop_assert!(windows.open.len() <= 3);
                prop_assert_eq!(windows.order.len(), windows.order.iter().collect::<HashSet<_>>().len());
                if close {
                    given += windows.close(at(now)).iter().map(|c| c.repeats).sum::<u64>();
                }
            }
            given += windows.close_all().iter().map(|c| c.repeats).sum::<u64>();
            prop_assert_eq!(given, repeats);
        }
    }
}
