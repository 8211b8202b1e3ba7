//! A clock that tests set and a random source that counts, for the unit tests of every module.

use super::{Capabilities, Clock, Random, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Tells the time that a test has set, and gives bytes that differ with each call.
pub(crate) struct TestClock {
    millis: AtomicI64,
    count: AtomicU64,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            millis: AtomicI64::new(1_790_000_000_000),
            count: AtomicU64::new(1),
        })
    }

    pub(crate) fn advance(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn set_back(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.millis.fetch_sub(millis, Ordering::SeqCst);
    }

    pub(crate) fn capabilities(self: &Arc<Self>) -> Capabilities {
        Capabilities {
            clock: Arc::clone(self) as _,
            random: Arc::clone(self) as _,
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

impl Random for TestClock {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.count.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        let pattern = count.iter().rev().cycle();
        let last_first = bytes.iter_mut().rev();
        last_first.zip(pattern).for_each(|(to, from)| *to = *from);
    }
}
