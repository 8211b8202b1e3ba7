//! At most one line a minute in the server's log, for a message that callers could cause very often.
//!
//! Gets the time from its caller. Must never suppress the first line.

use crate::model::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

/// Shortest time between two lines, in seconds.
const INTERVAL: i64 = 60;

/// The limit of one message.
#[derive(Debug)]
pub struct LogLimit {
    /// When the last line was written, in seconds since 1970.
    last: AtomicI64,
}

impl Default for LogLimit {
    fn default() -> Self {
        let last = AtomicI64::new(i64::MIN);
        Self { last }
    }
}

impl LogLimit {
    /// May a line be written now? If so, counts it as written.
    pub fn take(&self, now: Timestamp) -> bool {
        let now = now.seconds();
        let last = self.last.load(Ordering::Relaxed);
        if now.saturating_sub(last) < INTERVAL {
            return false;
        }
        let both = (Ordering::Relaxed, Ordering::Relaxed);
        let taken = self.last.compare_exchange(last, now, both.0, both.1);
        taken.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_line_at_once_then_one_a_minute() {
        let limit = LogLimit::default();
        let take = |seconds: i64| limit.take(Timestamp::from_seconds(seconds));
        assert!(take(100) && !take(100) && !take(159));
        assert!(take(160) && !take(161));
    }
}
