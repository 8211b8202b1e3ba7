//! Writes the counts of closed windows: an event for each window, many of them in one commit.
//!
//! Must never lose a count: those that are not on disk are returned with the error.

use crate::audit::{AuditEvent, ClosedWindow, Object};
use crate::store::{Change, CommitError, Store};

/// Events in one commit, so that changes that wait are not held up for long.
const COUNTS_PER_COMMIT: usize = 256;

/// Counts that could not be written, and why.
pub(super) struct UnwrittenCounts<K> {
    pub(super) error: CommitError,
    pub(super) counts: Vec<ClosedWindow<K, Object>>,
}

/// Writes the event of each count.
pub(super) async fn write_counts<K>(
    store: &Store,
    mut counts: Vec<ClosedWindow<K, Object>>,
    event: impl Fn(&ClosedWindow<K, Object>) -> AuditEvent,
) -> Result<(), UnwrittenCounts<K>> {
    while let Some(first) = counts.first().map(&event) {
        let rest = counts.split_off(counts.len().min(COUNTS_PER_COMMIT));
        let more = counts.iter().skip(1).map(&event).collect();
        let written = store.commit_with_events(Change::none(), first, more).await;
        if let Err(error) = written {
            counts.extend(rest);
            return Err(UnwrittenCounts { error, counts });
        }
        counts = rest;
    }
    Ok(())
}
