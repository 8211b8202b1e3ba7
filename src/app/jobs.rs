//! Jobs on timers: counts of closed windows, sessions whose time is over, the free space of the disk.

use super::services::Services;
use crate::admin::{Admin, Bootstrap, administrator_problem};
use crate::audit_log::Journal;
use crate::session::Sessions;
use crate::store::Store;
use crate::token;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(5);

/// What the jobs are about.
pub(super) struct Jobs {
    store: Store,
    journal: Arc<Journal>,
    sessions: Arc<Sessions>,
    token: token::TokenServices,
    admin: Arc<Admin>,
    claim: Arc<Bootstrap>,
}

impl Jobs {
    pub(super) fn of(services: &Services) -> Self {
        Self {
            store: services.store.clone(),
            journal: Arc::clone(&services.journal),
            sessions: Arc::clone(&services.sessions),
            token: services.token.clone(),
            admin: Arc::clone(&services.admin),
            claim: Arc::clone(&services.claim),
        }
    }

    /// One round. A failure is said and tried again: the store says whether it can heal.
    async fn round(&self) {
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
        self.round_of_tokens().await;
        if let Err(error) = watch_administrators(&self.admin, &self.claim) {
            tracing::error!(%error, "the claim code could not be written into the state folder");
        }
    }

    async fn round_of_tokens(&self) {
        let token = &self.token;
        if let Err(error) = token.tokens.keys().round().await {
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

/// Logs when the last person who administers is gone, disabled or only there until a date: Gitea makes that so, and no
/// change here could be refused. Makes the claim code then.
pub(super) fn watch_administrators(admin: &Admin, claim: &Bootstrap) -> std::io::Result<()> {
    let Some(state) = admin.watch_administrators(claim)? else {
        return Ok(());
    };
    if let Some(problem) = administrator_problem(state) {
        tracing::warn!("{problem}");
    } else {
        tracing::info!("at least one person administers Samovar without an end date");
    }
    Ok(())
}

/// Goes round until told to stop.
pub(super) async fn housekeeping(jobs: Jobs, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        jobs.round().await;
    }
}
