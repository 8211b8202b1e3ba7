//! The full sync: every user, organization, team and member.

use super::plan::GiteaFacts;
use super::service::{Inner, Mirror};
use super::sync_tasks::{GiteaList, SyncProgress, SyncTask};
use super::{FullSyncReport, MirrorError};
use crate::model::{GiteaUserId, Login, Timestamp};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Mirror {
    /// Runs a full sync now. A call during a full sync gets the next one, because this one may already have read what has
    /// changed since.
    pub async fn sync_now(&self) -> Result<FullSyncReport, MirrorError> {
        let started = self.0.full_syncs_started.load(Ordering::SeqCst);
        let inner = Arc::clone(&self.0);
        let sync = self.0.tasks.spawn(async move {
            let mut last = inner.last_full_sync.lock().await;
            if let Some((number, report)) = last.as_ref().filter(|(number, _)| *number > started) {
                tracing::debug!(number, "the report of a later full sync is shared");
                return Ok(report.clone());
            }
            let number = inner.full_syncs_started.fetch_add(1, Ordering::SeqCst) + 1;
            let report = inner.full_sync().await?;
            *last = Some((number, report.clone()));
            Ok(report)
        });
        sync.await.unwrap_or(Err(MirrorError::Stopped))
    }
}

impl Inner {
    async fn full_sync(self: &Arc<Self>) -> Result<FullSyncReport, MirrorError> {
        let result = self.read_everything().await;
        if let Err(error) = &result {
            tracing::warn!("the full sync stopped: {error}");
        }
        let recorded = result.as_ref().map_err(ToString::to_string);
        self.status.record_full_sync(recorded.cloned());
        result
    }

    async fn read_everything(self: &Arc<Self>) -> Result<FullSyncReport, MirrorError> {
        let at = self.state.check_clock(&mut self.state.data());
        let calls = self.reader.calls();
        let progress = SyncProgress::start(&self.state.data().facts);
        if !self.status.has_current_version() {
            self.reader.read_version().await?;
        }
        // Both run to their end: a commit in progress must reach memory too.
        let (users, organizations) = tokio::join!(
            self.read_list(&progress, &GiteaList::Users),
            self.read_organizations(&progress)
        );
        users.and(organizations)?;
        self.read_unlisted_accounts(&progress, at).await?;
        self.state.refresh_directory();
        self.state.write_freshness().await?;
        Ok(FullSyncReport {
            at,
            duration: self.clock.now().since(at),
            calls: self.reader.calls() - calls,
            changes: progress.changes(),
            problems: progress.problems(),
        })
    }

    /// Every organization, then the teams of each, then the members of each team.
    async fn read_organizations(
        self: &Arc<Self>,
        progress: &Arc<SyncProgress>,
    ) -> Result<(), MirrorError> {
        self.read_list(progress, &GiteaList::Organizations).await?;
        let organizations = self.tasks_of(|facts| {
            let ids = facts.organizations.keys().copied();
            ids.map(GiteaList::OrganizationTeams).collect()
        });
        self.run_tasks(progress, organizations).await?;
        let teams = self.tasks_of(|facts| {
            let ids = facts.teams.keys().copied();
            ids.map(GiteaList::TeamMembers).collect()
        });
        self.run_tasks(progress, teams).await
    }

    fn tasks_of(&self, lists: impl Fn(&GiteaFacts) -> Vec<GiteaList>) -> Vec<SyncTask> {
        let lists = lists(&self.state.data().facts);
        lists.into_iter().map(SyncTask::ReadList).collect()
    }

    /// Reads each account that no answer of this sync has contained: deleted ones, and bots in no team. When they are
    /// many, reads the list of users once more before.
    async fn read_unlisted_accounts(
        self: &Arc<Self>,
        progress: &Arc<SyncProgress>,
        since: Timestamp,
    ) -> Result<(), MirrorError> {
        let accounts = self.state.data().facts.accounts.len();
        let unlisted = self.unlisted_accounts(since).len();
        if unlisted > 20 && unlisted * 5 > accounts {
            self.read_list(progress, &GiteaList::Users).await?;
        }
        let unlisted = self.unlisted_accounts(since).into_iter();
        let tasks = unlisted.map(|(id, login)| SyncTask::ReadAccount(id, login));
        self.run_tasks(progress, tasks).await
    }

    fn unlisted_accounts(&self, since: Timestamp) -> Vec<(GiteaUserId, Login)> {
        let data = self.state.data();
        let accounts = data.facts.unconfirmed(since).into_iter();
        accounts
            .map(|account| (account.id, account.login.clone()))
            .collect()
    }
}
