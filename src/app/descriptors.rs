//! How many file descriptors the system grants: every connection takes one.
//!
//! Must never leave so few for connections that the store, the log and calls to Gitea have none.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for the store, the log, the administration socket and outgoing calls.
const RESERVED: u64 = 256;

/// Raises the soft limit to the hard one, and gives how many descriptors connections may take.
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
    // No limit is as good as a large one.
    let current = current.unwrap_or(u64::MAX);
    usize::try_from(current.saturating_sub(RESERVED)).unwrap_or(usize::MAX)
}
