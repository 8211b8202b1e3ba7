//! Warns about proxies that still have a configuration from before checks had a listener of their own.
//!
//! Knows the policy and one empty file in the state folder, which exists once a proxy has asked on that listener.

use crate::http::forward_auth::FirstCheck;
use crate::model::ListenAddress;
use crate::policy::Policy;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Exists once a trusted proxy has asked on the listener for forward-auth.
const FILE: &str = "forward-auth-asked";

/// Logs one line if there are applications and no proxy has ever asked on the listener for forward-auth.
pub(super) fn warn_if_missing(folder: &Path, policy: &Policy, addresses: &[ListenAddress]) {
    let applications = policy.applications().count();
    if applications == 0 || folder.join(FILE).exists() {
        return;
    }
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    tracing::warn!(
        applications,
        addresses = addresses.join(", "),
        "no proxy has asked for a check on the addresses of `server.forward_auth_listen` yet, and checks are answered nowhere else; if the configuration of a proxy is from an earlier version, paste the block from each application's page into it"
    );
}

/// Waits for the first check and creates the file.
pub(super) async fn remember(folder: PathBuf, first: Arc<FirstCheck>, stop: CancellationToken) {
    let path = folder.join(FILE);
    if path.exists() {
        return;
    }
    tokio::select! {
        () = stop.cancelled() => return,
        () = first.wait() => {}
    }
    if let Err(error) = tokio::fs::write(&path, "").await {
        tracing::warn!(%error, "`{FILE}` could not be written into the state folder; the warning about forward-auth's listener is logged again at the next start");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn file_is_not_created_before_a_check() {
        let folder = tempfile::tempdir().unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        let first = Arc::new(FirstCheck::default());
        remember(folder.path().to_owned(), first, stop).await;
        assert!(!folder.path().join(FILE).exists());
    }
}
