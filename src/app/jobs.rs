//! Jobs on timers: counts of closed windows, sessions whose time is over.

use crate::access::Recorder;
use crate::session::Sessions;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(5);

/// Goes round until told to stop. A failure is said and tried again: the store says whether it can heal.
pub(super) async fn housekeeping(
    recorder: Arc<Recorder>,
    sessions: Arc<Sessions>,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = recorder.close_windows().await {
            tracing::error!(%error, "counts of repeats could not be written");
        }
        if let Err(error) = sessions.expire().await {
            tracing::error!(%error, "the end of a session could not be written");
        }
        if let Err(error) = sessions.write_seen().await {
            tracing::error!(%error, "last uses of sessions could not be written");
        }
    }
}
