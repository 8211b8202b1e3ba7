//! The watched-team sync: the member lists of the teams that role bindings name, or the active users when these are fewer.

use super::service::{Inner, Mirror};
use super::sync_tasks::{GiteaList, SyncProgress, SyncTask};
use crate::model::GiteaUserId;
use std::sync::Arc;

impl Mirror {
    /// Runs one watched-team sync.
    pub async fn sync_watched_teams(&self) {
        let inner = Arc::clone(&self.0);
        let sync = async move { inner.sync_watched_teams().await };
        if self.0.tasks.spawn(sync).await.is_err() {
            tracing::error!("the watched-team sync panicked");
        }
    }
}

impl Inner {
    async fn sync_watched_teams(self: &Arc<Self>) {
        let now = self.state.check_clock(&mut self.state.data());
        let since = now.minus(self.settings.freshness_bound);
        let tasks = self.watched_tasks(&self.state.freshness().active_since(since));
        if tasks.is_empty() {
            return;
        }
        let progress = SyncProgress::start(&self.state.data().facts);
        let reads_lists = matches!(tasks.first(), Some(SyncTask::ReadList(_)));
        let result = async {
            if reads_lists {
                self.reader.check_administrator().await?;
            }
            self.run_tasks(&progress, tasks).await
        };
        let result = result.await;
        self.state.refresh_directory();
        let result = result.map(|()| progress.problems());
        self.status
            .record_watched_sync(result.map_err(|error| error.to_string()));
    }

    fn watched_tasks(&self, active: &[GiteaUserId]) -> Vec<SyncTask> {
        let data = self.state.data();
        let (facts, watched) = (&data.facts, &data.watched);
        let teams = watched.existing(facts);
        if active.len() < teams.len() || teams.is_empty() {
            let records = active.iter().filter_map(|id| facts.accounts.get(id));
            return records
                .map(|record| &record.account)
                .map(|account| SyncTask::RefreshUser(account.id, account.login.clone()))
                .collect();
        }
        let organizations = watched.organizations.iter().copied();
        let existing = organizations.filter(|id| facts.organizations.contains_key(id));
        let lists = existing.map(GiteaList::OrganizationTeams);
        let members = teams.into_iter().map(GiteaList::TeamMembers);
        lists.chain(members).map(SyncTask::ReadList).collect()
    }
}
