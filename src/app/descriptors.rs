//! The limit of file descriptors, of which every connection takes one.
//!
//! Must always leave descriptors for the store, the log and calls to Gitea.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for the store, the log, the administration socket and outgoing calls.
const RESERVED: u64 = 256;

/// Raises the soft limit to the hard one; returns how many descriptors connections may take.
pub(super) fn for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            limit.current
        }
    };
    // `None` is no limit.
    let current = current.unwrap_or(u64::MAX);
    usize::try_from(current.saturating_sub(RESERVED)).unwrap_or(usize::MAX)
}
