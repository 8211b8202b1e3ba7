//! Windows of repeats: the first event of a key is written, repeats are counted, and the count is returned when the window
//! closes.
//!
//! A pure state machine: time is an argument. A window has a label, made when it opens, so that a key can consist of ids and
//! numbers. Must never have more open windows than its capacity, and must return each count exactly once.

use crate::model::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

/// What to do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowOutcome {
    /// The first of its key in a window: write it.
    First,
    /// A repeat, which was counted.
    Repeat,
    /// No window is free: nothing was counted. Write the event, or record it under a wider key.
    Full,
}

/// A closed window with repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedWindow<K, L> {
    /// Its key.
    pub key: K,
    /// Its label.
    pub label: L,
    /// When it opened.
    pub since: Timestamp,
    /// Events that were counted and not written; at least 1.
    pub repeats: u64,
}

struct OpenWindow<L> {
    label: L,
    since: Timestamp,
    repeats: u64,
}

/// The open windows.
pub struct RepeatWindows<K, L> {
    span: Duration,
    capacity: usize,
    open: HashMap<K, OpenWindow<L>>,
    // Keys in the order of opening. INVARIANT: each key of `open` exactly once.
    order: VecDeque<K>,
    closed: Vec<ClosedWindow<K, L>>,
}

impl<K: Clone + Eq + Hash, L> RepeatWindows<K, L> {
    /// Windows of this length, at most `capacity` at the same time.
    pub fn new(span: Duration, capacity: usize) -> Self {
        Self {
            span,
            capacity,
            open: HashMap::new(),
            order: VecDeque::new(),
            closed: Vec::new(),
        }
    }

    /// Records an event. A window that opens gets the label.
    pub fn record(&mut self, key: &K, now: Timestamp, label: impl FnOnce() -> L) -> WindowOutcome {
        if self.repeat(key, now) {
            return WindowOutcome::Repeat;
        }
        if self.open(key, now, label, 0) {
            WindowOutcome::First
        } else {
            WindowOutcome::Full
        }
    }

    /// Counts the event if its key has an open window; otherwise returns `false`.
    pub fn repeat(&mut self, key: &K, now: Timestamp) -> bool {
        self.close_expired(now);
        self.add(key)
    }

    /// Counts an event that is not written, and closes no window. Returns `false` if no window is free.
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
        let window = OpenWindow {
            label: label(),
            since: now,
            repeats,
        };
        self.open.insert(key.clone(), window);
        self.order.push_back(key.clone());
        true
    }

    /// Closes expired windows and returns every closed window with repeats.
    pub fn close(&mut self, now: Timestamp) -> Vec<ClosedWindow<K, L>> {
        self.close_expired(now);
        std::mem::take(&mut self.closed)
    }

    /// Closes every window, expired or not, for a stop of the server.
    pub fn close_all(&mut self) -> Vec<ClosedWindow<K, L>> {
        while let Some(key) = self.order.pop_front() {
            self.close_key(key);
        }
        std::mem::take(&mut self.closed)
    }

    /// Closes the window of an event that could not be written, so that the next event of its key is the first again.
    /// Returns `false` if no window is open.
    pub fn cancel(&mut self, key: &K) -> bool {
        let open = self.open.contains_key(key);
        if open {
            self.order.retain(|other| other != key);
            self.close_key(key.clone());
        }
        open
    }

    /// Adds counts that could not be written. They are returned with the next closed windows.
    pub fn restore(&mut self, counts: impl IntoIterator<Item = ClosedWindow<K, L>>) {
        self.closed.extend(counts);
    }

    /// Amortized constant time, because a window closes once.
    fn close_expired(&mut self, now: Timestamp) {
        while let Some(key) = self.order.front()
            && self
                .open
                .get(key)
                .is_none_or(|open| self.is_expired(open, now))
        {
            let key = key.clone();
            self.order.pop_front();
            self.close_key(key);
        }
    }

    /// True also if the window opened far ahead of `now`: after the clock was set back, events must be written again.
    fn is_expired(&self, open: &OpenWindow<L>, now: Timestamp) -> bool {
        now.since(open.since).max(open.since.since(now)) >= self.span
    }

    fn close_key(&mut self, key: K) {
        if let Some(OpenWindow {
            label,
            since,
            repeats,
        }) = self.open.remove(&key)
            && repeats > 0
        {
            self.closed.push(ClosedWindow {
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
    use super::{ClosedWindow, RepeatWindows, WindowOutcome};
    use crate::model::Timestamp;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use std::time::Duration;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn windows(capacity: usize) -> RepeatWindows<u8, ()> {
        RepeatWindows::new(Duration::from_secs(60), capacity)
    }

    #[test]
    fn repeats_are_returned_once_when_the_window_closes() {
        let mut windows = windows(9);
        assert_eq!(windows.record(&1, at(0), || ()), WindowOutcome::First);
        assert_eq!(windows.record(&1, at(1), || ()), WindowOutcome::Repeat);
        assert_eq!(windows.record(&1, at(59), || ()), WindowOutcome::Repeat);
        assert_eq!(windows.record(&2, at(59), || ()), WindowOutcome::First);
        assert_eq!(windows.close(at(59)), []);
        let closed = ClosedWindow {
            key: 1,
            label: (),
            since: at(0),
            repeats: 2,
        };
        assert_eq!(windows.close(at(60)), [closed]);
        assert_eq!(windows.close(at(600)), [], "no repeats");
    }

    #[test]
    fn canceled_window_keeps_its_count_and_opens_again() {
        let mut windows = windows(9);
        assert!(!windows.cancel(&1));
        for key in [1, 2, 1] {
            windows.record(&key, at(0), || ());
        }
        assert!(windows.cancel(&1));
        assert_eq!(windows.record(&1, at(1), || ()), WindowOutcome::First);
        assert_eq!(windows.record(&2, at(1), || ()), WindowOutcome::Repeat);
        let counts = windows.close_all().into_iter();
        let counts: Vec<_> = counts.map(|closed| (closed.key, closed.repeats)).collect();
        assert_eq!(counts, [(1, 1), (2, 1)]);
    }

    #[test]
    fn expired_window_keeps_its_count_and_opens_again() {
        let mut windows = windows(9);
        windows.record(&1, at(0), || ());
        windows.record(&1, at(1), || ());
        assert_eq!(windows.record(&1, at(60), || ()), WindowOutcome::First);
        assert_eq!(windows.close(at(61)).len(), 1);
        assert_eq!(windows.record(&1, at(61), || ()), WindowOutcome::Repeat);
        assert_eq!(windows.close_all().len(), 1);
    }

    #[test]
    fn full_windows_still_count_their_own_keys() {
        let mut windows = windows(1);
        windows.record(&1, at(0), || ());
        assert_eq!(windows.record(&2, at(1), || ()), WindowOutcome::Full);
        assert_eq!(windows.record(&1, at(2), || ()), WindowOutcome::Repeat);
        assert_eq!(
            windows.record(&2, at(60), || ()),
            WindowOutcome::First,
            "one window has expired"
        );
    }

    #[test]
    fn window_expires_if_the_clock_is_set_back_by_its_length() {
        let mut windows = windows(9);
        windows.record(&1, at(100), || ());
        assert_eq!(windows.record(&1, at(41), || ()), WindowOutcome::Repeat);
        assert_eq!(windows.record(&1, at(40), || ()), WindowOutcome::First);
        assert_eq!(windows.close(at(40)).len(), 1);
    }

    #[test]
    fn counted_events_keep_their_window_open() {
        let mut windows = windows(1);
        assert!(windows.count(&1, at(0), || ()));
        assert!(windows.count(&1, at(6000), || ()), "later than the window");
        assert!(!windows.count(&2, at(6000), || ()), "full");
        let closed = windows.close(at(6000));
        assert_eq!(closed.iter().map(|c| c.repeats).sum::<u64>(), 2);
        windows.restore(closed);
        assert_eq!(
            windows.close_all().len(),
            1,
            "returned again after a failed write"
        );
    }

    proptest! {
        #[test]
        fn every_count_is_returned_and_capacity_is_kept(
            steps in prop::collection::vec((0_u8..6, -80_i64..100, any::<bool>(), any::<bool>()), 0..200)
        ) {
            let mut windows = windows(3);
            let (mut now, mut repeats, mut returned) = (0, 0, 0);
            for (key, step, close, write) in steps {
                now += step;
                repeats += u64::from(if write {
                    windows.record(&key, at(now), || ()) == WindowOutcome::Repeat
                } else {
                    windows.count(&key, at(now), || ())
                });
                prop_assert!(windows.open.len() <= 3);
                prop_assert_eq!(windows.order.len(), windows.order.iter().collect::<HashSet<_>>().len());
                if close {
                    returned += windows.close(at(now)).iter().map(|c| c.repeats).sum::<u64>();
                }
            }
            returned += windows.close_all().iter().map(|c| c.repeats).sum::<u64>();
            prop_assert_eq!(returned, repeats);
        }
    }
}
