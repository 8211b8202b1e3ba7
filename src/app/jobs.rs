//! The job that runs on a timer: closed windows, expired sessions and grants, signing keys, the free space of the disk.

use super::services::AppServices;
use crate::admin::{Admin, Bootstrap, administrator_problem};
use crate::audit_log::Journal;
use crate::session::Sessions;
use crate::store::Store;
use crate::token::TokenServices;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two runs.
const INTERVAL: Duration = Duration::from_secs(5);

/// The services that the job calls.
pub(super) struct Housekeeping {
    store: Store,
    journal: Arc<Journal>,
    sessions: Arc<Sessions>,
    token: TokenServices,
    admin: Arc<Admin>,
    bootstrap: Arc<Bootstrap>,
}

impl Housekeeping {
    pub(super) fn new(services: &AppServices) -> Self {
        Self {
            store: services.store.clone(),
            journal: Arc::clone(&services.journal),
            sessions: Arc::clone(&services.sessions),
            token: services.token.clone(),
            admin: Arc::clone(&services.admin),
            bootstrap: Arc::clone(&services.bootstrap),
        }
    }

    /// Runs until stopped.
    pub(super) async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
            self.run_once().await;
        }
    }

    /// An error is logged and the work is tried again in the next run.
    async fn run_once(&self) {
        self.store.sample_space();
        if let Err(error) = self.journal.close_windows().await {
            tracing::error!(%error, "counts of repeats could not be written; they are kept");
        }
        if let Err(error) = self.sessions.expire().await {
            tracing::error!(%error, "the end of a session could not be written");
        }
        if let Err(error) = self.sessions.write_seen().await {
            tracing::error!(%error, "last uses of sessions could not be written");
        }
        self.maintain_tokens().await;
        if let Err(error) = watch_administrators(&self.admin, &self.bootstrap) {
            tracing::error!(%error, "the claim code could not be written into the state folder");
        }
    }

    async fn maintain_tokens(&self) {
        let token = &self.token;
        if let Err(error) = token.tokens.keys().rotate_due().await {
            tracing::error!(%error, "signing keys could not be renewed");
        }
        let ended = async {
            token.grants.expire().await?;
            token.tokens.tidy().await?;
            token.service_accounts.write_used().await?;
            token.clients.write_used().await
        };
        if let Err(error) = ended.await {
            tracing::error!(%error, "ends of grants and last uses of secrets could not be written");
        }
    }
}

/// Logs a change in whether people administer Samovar. Gitea causes it, so no change here could be refused. Creates the
/// claim code once no person administers Samovar.
pub(super) fn watch_administrators(admin: &Admin, bootstrap: &Bootstrap) -> std::io::Result<()> {
    let Some(state) = admin.watch_administrators(bootstrap)? else {
        return Ok(());
    };
    if let Some(problem) = administrator_problem(state) {
        tracing::warn!("{problem}");
    } else {
        tracing::info!("at least one person administers Samovar without an end date");
    }
    Ok(())
}
