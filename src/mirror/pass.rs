//! The full pass: every user, organization, team and member.

use super::MirrorError;
use super::questions::Question;
use super::service::{Inner, Mirror};
use super::work::{Progress, Task};
use crate::model::{GiteaUserId, Login, Timestamp};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One pass over everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassReport {
    /// Start.
    pub at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// Calls to Gitea in that time.
    pub calls: u64,
    /// Changes that it made.
    pub changes: usize,
    /// What could not be read, each with what to do; all else was.
    pub problems: Vec<String>,
}

impl Mirror {
    /// Reads everything now. Whoever asks while a pass is under way gets the next one, because this one may have read
    /// already what has just changed.
    pub async fn sync_now(&self) -> Result<PassReport, MirrorError> {
        let begun = self.0.passes.load(Ordering::SeqCst);
        let inner = Arc::clone(&self.0);
        let pass = self.0.tasks.spawn(async move {
            let mut last = inner.passing.lock().await;
            if let Some((number, report)) = last.as_ref().filter(|(number, _)| *number > begun) {
                tracing::debug!(number, "a pass that began later is shared");
                return Ok(report.clone());
            }
            let number = inner.passes.fetch_add(1, Ordering::SeqCst) + 1;
            let report = inner.pass().await?;
            *last = Some((number, report.clone()));
            Ok(report)
        });
        pass.await.unwrap_or(Err(MirrorError::Stopped))
    }
}

impl Inner {
    async fn pass(self: &Arc<Self>) -> Result<PassReport, MirrorError> {
        let report = self.read_everything().await;
        let noted = report.as_ref().map_err(ToString::to_string);
        if let Err(sentence) = &noted {
            tracing::warn!("gitea could not be read: {sentence}");
        }
        self.health.passed(noted.cloned());
        report
    }

    async fn read_everything(self: &Arc<Self>) -> Result<PassReport, MirrorError> {
        let at = self.ledger.look_at_clock(&mut self.ledger.facts());
        let calls = self.questions.calls();
        let progress = Progress::begin(&self.ledger.facts().known);
        if !self.health.knows_version() {
            self.questions.version().await?;
        }
        // Each is waited for whatever becomes of the other: a commit under way must reach memory too.
        let (users, organizations) = tokio::join!(
            self.ask(&progress, &Question::Users),
            self.read_organizations(&progress)
        );
        users.and(organizations)?;
        self.look_for_unlisted(&progress, at).await?;
        self.ledger.refresh_directory();
        self.ledger.write_stamps().await?;
        let (changes, problems) = progress.outcome();
        Ok(PassReport {
            at,
            duration: self.clock.now().since(at),
            calls: self.questions.calls() - calls,
            changes,
            problems,
        })
    }

    /// Every organization, the teams of each, and the members of each team.
    async fn read_organizations(
        self: &Arc<Self>,
        progress: &Arc<Progress>,
    ) -> Result<(), MirrorError> {
        self.ask(progress, &Question::Organizations).await?;
        let organizations = self.organizations();
        self.work(progress, organizations.into_iter().map(Task::Ask))
            .await?;
        let teams = self.teams();
        self.work(progress, teams.into_iter().map(Task::Ask)).await
    }

    fn organizations(&self) -> Vec<Question> {
        let facts = self.ledger.facts();
        let ids = facts.known.organizations.keys().copied();
        ids.map(Question::OrganizationTeams).collect()
    }

    fn teams(&self) -> Vec<Question> {
        let facts = self.ledger.facts();
        let ids = facts.known.teams.keys().copied();
        ids.map(Question::TeamMembers).collect()
    }

    /// Accounts of which nothing was heard in this pass: deleted ones, and bots that are in no team. When they are
    /// many, the list of users is read once more before each of them is looked up.
    async fn look_for_unlisted(
        self: &Arc<Self>,
        progress: &Arc<Progress>,
        since: Timestamp,
    ) -> Result<(), MirrorError> {
        let (unlisted, all) = self.unlisted(since);
        if unlisted.len() > 20 && unlisted.len() * 5 > all {
            self.ask(progress, &Question::Users).await?;
        }
        let (unlisted, _) = self.unlisted(since);
        let tasks = unlisted
            .into_iter()
            .map(|(id, login)| Task::LookUp(id, login));
        self.work(progress, tasks).await
    }

    fn unlisted(&self, since: Timestamp) -> (Vec<(GiteaUserId, Login)>, usize) {
        let facts = self.ledger.facts();
        let unheard = facts.known.unconfirmed(since).into_iter();
        let all = facts.known.accounts.len();
        let unheard = unheard.map(|account| (account.id, account.login.clone()));
        (unheard.collect(), all)
    }
}
