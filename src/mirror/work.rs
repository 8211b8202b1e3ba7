//! Working through questions, several at a time: second looks, lists that are not where they were, and the difference
//! between a failure about one thing and one that says that nothing will be answered.

use super::MirrorError;
use super::health::away;
use super::plan::Known;
use super::questions::{Named, Question};
use super::queue::{Outcome, Reading, SyncTally};
use super::service::Inner;
use crate::gitea::{GiteaError, Kind};
use crate::model::{GiteaUserId, Login, OrganizationId};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// Workers for each question that may be under way: while some wait for the disk, the others keep Gitea busy.
const WORKERS_PER_QUESTION: usize = 8;

/// Something to read.
pub(super) enum Task {
    /// A list.
    Ask(Question),
    /// One person's account and teams.
    Person(GiteaUserId, Login),
    /// An account that the list of users lacks.
    LookUp(GiteaUserId, Login),
}

/// What a pass has come to so far, shared by those who work on it.
pub(super) struct Progress {
    tally: Arc<SyncTally>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Task>,
    changes: usize,
    problems: Vec<String>,
    /// Why it makes no sense to go on.
    end: Option<MirrorError>,
}

impl Progress {
    /// The beginning of a pass over what is known.
    pub(super) fn begin(known: &Known) -> Arc<Self> {
        Arc::new(Self {
            tally: SyncTally::new(known.memberships()),
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes made, and what could not be read.
    pub(super) fn outcome(&self) -> (usize, Vec<String>) {
        let state = self.state();
        (state.changes, state.problems.clone())
    }

    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        if state.end.is_some() {
            state.queue.clear();
        }
        state.queue.pop_front()
    }

    /// A failure about one thing is a problem to report; one that says that nothing will be answered ends the pass.
    fn put_down(&self, error: MirrorError, of_person: bool) {
        let mut state = self.state();
        let single = match &error {
            MirrorError::Gitea(error) if error.kind == Kind::Forbidden => of_person,
            MirrorError::Gitea(error) => !away(&error.kind),
            MirrorError::Moving(_) => true,
            _ => false,
        };
        if single {
            state.problems.push(error.to_string());
        } else {
            state.end.get_or_insert(error);
        }
    }
}

impl Inner {
    /// Works through tasks, several at a time; fails when it makes no sense to go on.
    pub(super) async fn work(
        self: &Arc<Self>,
        progress: &Arc<Progress>,
        tasks: impl IntoIterator<Item = Task>,
    ) -> Result<(), MirrorError> {
        progress.state().queue.extend(tasks);
        let waiting = progress.state().queue.len();
        let mut workers = JoinSet::new();
        let most = waiting.min(self.settings.concurrency.max(1) * WORKERS_PER_QUESTION);
        for _ in 0..most {
            let (inner, progress) = (Arc::clone(self), Arc::clone(progress));
            workers.spawn(async move {
                while let Some(task) = progress.next() {
                    let of_person = !matches!(task, Task::Ask(_));
                    if let Err(error) = inner.task(&progress, task).await {
                        progress.put_down(error, of_person);
                    }
                }
            });
        }
        // none is dropped half done: a commit under way must reach memory too
        while let Some(worker) = workers.join_next().await {
            if worker.is_err() {
                progress.put_down(MirrorError::Stopped, false);
            }
        }
        progress.state().end.take().map_or(Ok(()), Err)
    }

    async fn task(&self, progress: &Arc<Progress>, task: Task) -> Result<(), MirrorError> {
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
    pub(super) async fn ask(
        &self,
        progress: &Arc<Progress>,
        question: &Question,
    ) -> Result<(), MirrorError> {
        let tally = &progress.tally;
        let first = Reading::First(Arc::clone(tally));
        if self.ask_once(progress, question, first).await? {
            return Ok(());
        }
        tracing::info!(?question, "much would be gone, so it is read once more");
        let second = Reading::Second(Arc::clone(tally));
        self.ask_once(progress, question, second).await?;
        Ok(())
    }

    async fn ask_once(
        &self,
        progress: &Arc<Progress>,
        question: &Question,
        reading: Reading,
    ) -> Result<bool, MirrorError> {
        let named = Named::of(question, &self.ledger.facts().known);
        let Some(seen) = self.questions.ask(question, named).await? else {
            return Ok(true);
        };
        match self.ledger.observe(seen, reading).await? {
            Outcome::LookAgain => Ok(false),
            Outcome::Applied { changes } => {
                progress.state().changes += changes;
                Ok(true)
            }
        }
    }

    /// A list that is not there under its name or id any more: the list above it says why.
    async fn explain(
        &self,
        progress: &Arc<Progress>,
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
