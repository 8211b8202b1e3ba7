//! The two readers that read lists: the full pass over everything, and the round over the teams that bindings name (or
//! over the active people, when those are fewer).

use super::MirrorError;
use super::health::away;
use super::ledger::Outcome;
use super::plan::{Look, Tally};
use super::questions::{Named, Question};
use super::service::{Inner, Mirror};
use crate::gitea::{GiteaError, Kind};
use crate::model::{GiteaUserId, Login, OrganizationId, Timestamp};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

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

/// What a pass has come to so far, shared by those who work on it.
struct Progress {
    queue: VecDeque<Task>,
    tally: Tally,
    changes: usize,
    problems: Vec<String>,
    /// Why it makes no sense to go on.
    end: Option<MirrorError>,
}

enum Task {
    Ask(Question),
    Person(GiteaUserId, Login),
    LookUp(GiteaUserId, Login),
}

type Shared = Arc<Mutex<Progress>>;

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
        let (at, calls) = (self.clock.now(), self.questions.calls());
        let progress = self.progress();
        if !self.health.knows_version() {
            self.questions.version().await?;
        }
        for list in [Question::Users, Question::Organizations] {
            self.ask(&progress, &list).await?;
        }
        let organizations = self.organizations();
        self.work(&progress, organizations.into_iter().map(Task::Ask))
            .await?;
        let teams = self.teams();
        self.work(&progress, teams.into_iter().map(Task::Ask))
            .await?;
        self.look_for_unlisted(&progress, at).await?;
        self.ledger.refresh_directory();
        self.ledger.write_stamps().await?;
        let progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(PassReport {
            at,
            duration: self.clock.now().since(at),
            calls: self.questions.calls() - calls,
            changes: progress.changes,
            problems: progress.problems.clone(),
        })
    }

    fn progress(&self) -> Shared {
        Arc::new(Mutex::new(Progress {
            queue: VecDeque::new(),
            tally: self.tally(),
            changes: 0,
            problems: Vec::new(),
            end: None,
        }))
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
        progress: &Shared,
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

    async fn round(self: &Arc<Self>) {
        let since = self.clock.now().minus(self.settings.bound);
        let active = self.ledger.stamps().wanted_since(since);
        let tasks = self.bound_tasks(&active);
        if tasks.is_empty() {
            return;
        }
        let progress = self.progress();
        let read = async {
            if tasks.iter().any(|task| matches!(task, Task::Ask(_))) {
                self.questions.administrator().await?;
            }
            self.work(&progress, tasks).await
        };
        let read: Result<(), MirrorError> = read.await;
        if read.is_ok() {
            self.ledger.refresh_directory();
        }
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

    /// Works through tasks, several at a time; fails when it makes no sense to go on.
    async fn work(
        self: &Arc<Self>,
        progress: &Shared,
        tasks: impl IntoIterator<Item = Task>,
    ) -> Result<(), MirrorError> {
        lock(progress).queue.extend(tasks);
        let mut workers = JoinSet::new();
        let most = lock(progress)
            .queue
            .len()
            .min(self.settings.concurrency.max(1));
        for _ in 0..most {
            let (inner, progress) = (Arc::clone(self), Arc::clone(progress));
            workers.spawn(async move {
                while let Some(task) = next(&progress) {
                    if let Err(error) = inner.task(&progress, task).await {
                        put_down(&progress, error);
                    }
                }
            });
        }
        // none is dropped half done: a commit under way must reach memory too
        while let Some(worker) = workers.join_next().await {
            if worker.is_err() {
                put_down(progress, MirrorError::Stopped);
            }
        }
        lock(progress).end.take().map_or(Ok(()), Err)
    }

    async fn task(&self, progress: &Shared, task: Task) -> Result<(), MirrorError> {
        match task {
            Task::Person(id, login) => self.read_person(id, login).await,
            Task::LookUp(id, login) => self.look_up(id, &login).await,
            Task::Ask(question) => match self.ask(progress, &question).await {
                Err(MirrorError::Gitea(error)) => self.explain(progress, &question, error).await,
                answer => answer,
            },
        }
    }

    /// Asks, and once more when the answer would take away too much.
    async fn ask(&self, progress: &Shared, question: &Question) -> Result<(), MirrorError> {
        let look = Look::First(lock(progress).tally);
        if self.ask_once(progress, question, look).await? {
            return Ok(());
        }
        tracing::info!(?question, "much would be gone, so it is read once more");
        self.ask_once(progress, question, Look::Second).await?;
        Ok(())
    }

    async fn ask_once(
        &self,
        progress: &Shared,
        question: &Question,
        look: Look,
    ) -> Result<bool, MirrorError> {
        let named = Named::of(question, &self.ledger.facts().known);
        let Some(seen) = self.questions.ask(question, named).await? else {
            return Ok(true);
        };
        match self.ledger.observe(&seen, look).await? {
            Outcome::LookAgain => Ok(false),
            Outcome::Applied { loss, changes } => {
                let mut progress = lock(progress);
                progress.tally.lost += loss;
                progress.changes += changes;
                Ok(true)
            }
        }
    }

    /// A list that is not there under its name or id any more: the list above it says why.
    async fn explain(
        &self,
        progress: &Shared,
        question: &Question,
        error: GiteaError,
    ) -> Result<(), MirrorError> {
        if !matches!(error.kind, Kind::Missing | Kind::Renamed(_)) {
            return Err(error.into());
        }
        match question {
            Question::OrganizationTeams(id) => {
                let before = self.organization_name(*id);
                self.ask(progress, &Question::Organizations).await?;
                match self.organization_name(*id) {
                    None => Ok(()),
                    now if now != before => self.ask(progress, question).await,
                    Some(_) => Err(error.into()),
                }
            }
            Question::TeamMembers(id) => {
                let organization = {
                    let facts = self.ledger.facts();
                    facts
                        .known
                        .teams
                        .get(id)
                        .map(|known| known.team.organization)
                };
                if let Some(organization) = organization {
                    let above = Question::OrganizationTeams(organization);
                    self.ask(progress, &above).await?;
                }
                if self.ledger.facts().known.teams.contains_key(id) {
                    return Err(error.into());
                }
                Ok(())
            }
            Question::Users | Question::Organizations => Err(error.into()),
        }
    }

    fn organization_name(&self, id: OrganizationId) -> Option<Login> {
        let facts = self.ledger.facts();
        let record = facts.known.organizations.get(&id);
        record.map(|record| record.organization.name.clone())
    }
}

fn lock(progress: &Shared) -> std::sync::MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next(progress: &Shared) -> Option<Task> {
    let mut progress = lock(progress);
    if progress.end.is_some() {
        progress.queue.clear();
    }
    progress.queue.pop_front()
}

/// A failure about one thing is a problem to report; one that says that nothing will be answered ends the pass.
fn put_down(progress: &Shared, error: MirrorError) {
    let mut progress = lock(progress);
    let single = match &error {
        MirrorError::Gitea(error) => !away(&error.kind) && error.kind != Kind::Forbidden,
        MirrorError::Moving(_) => true,
        _ => false,
    };
    if single {
        progress.problems.push(error.to_string());
    } else {
        progress.end.get_or_insert(error);
    }
}
