//! The round over what role bindings name: the member lists of those teams, or the active people when they are fewer.

use super::MirrorError;
use super::questions::Question;
use super::service::{Inner, Mirror};
use super::work::{Progress, Task};
use crate::model::GiteaUserId;
use std::sync::Arc;

impl Mirror {
    /// One round over what bindings name: the lists of bound teams, or the active people when those are fewer.
    pub async fn read_bound(&self) {
        let inner = Arc::clone(&self.0);
        let round = self.0.tasks.spawn(async move { inner.round().await });
        if round.await.is_err() {
            tracing::error!("the reading of bound teams has failed in itself");
        }
    }
}

impl Inner {
    async fn round(self: &Arc<Self>) {
        let now = self.ledger.look_at_clock(&mut self.ledger.facts());
        let since = now.minus(self.settings.bound);
        let active = self.ledger.stamps().wanted_since(since);
        let tasks = self.bound_tasks(&active);
        if tasks.is_empty() {
            return;
        }
        let progress = Progress::begin(&self.ledger.facts().known);
        let read = async {
            if tasks.iter().any(|task| matches!(task, Task::Ask(_))) {
                self.questions.administrator().await?;
            }
            self.work(&progress, tasks).await
        };
        let read: Result<(), MirrorError> = read.await;
        self.ledger.refresh_directory();
        let (_, problems) = progress.outcome();
        let read = read.map(|()| problems);
        self.health
            .bound_read(read.map_err(|error| error.to_string()));
    }

    /// What a round reads: the active people when they are fewer than the bound teams, otherwise the lists.
    fn bound_tasks(&self, active: &[GiteaUserId]) -> Vec<Task> {
        let facts = self.ledger.facts();
        let teams = facts.bound.teams_of(&facts.known);
        if active.len() < teams.len() || teams.is_empty() {
            let accounts = active.iter().filter_map(|id| facts.known.accounts.get(id));
            return accounts
                .map(|record| Task::Person(record.account.id, record.account.login.clone()))
                .collect();
        }
        let organizations = facts.bound.organizations.iter().copied();
        let known = organizations.filter(|id| facts.known.organizations.contains_key(id));
        let lists = known.map(Question::OrganizationTeams);
        let members = teams.into_iter().map(Question::TeamMembers);
        lists.chain(members).map(Task::Ask).collect()
    }
}
