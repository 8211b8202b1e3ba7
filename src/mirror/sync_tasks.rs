//! The tasks of a sync, several at a time: second readings, lists that have moved, and errors that end the sync.

use super::MirrorError;
use super::plan::{GiteaFacts, SyncCounts};
use super::queue::RemovalLimit;
use super::service::Inner;
use crate::gitea::{GiteaError, GiteaErrorKind};
use crate::model::{GiteaUserId, Login, OrganizationId, TeamId};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// While some workers wait for the disk, others keep Gitea busy.
const WORKERS_PER_REQUEST: usize = 8;

/// A list at Gitea; its answer is one observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GiteaList {
    Users,
    Organizations,
    OrganizationTeams(OrganizationId),
    TeamMembers(TeamId),
}

/// A part of a sync.
pub(super) enum SyncTask {
    ReadList(GiteaList),
    /// One user's account and teams.
    RefreshUser(GiteaUserId, Login),
    /// An account that the list of users lacks.
    ReadAccount(GiteaUserId, Login),
}

/// The progress of a sync, shared by its workers.
pub(super) struct SyncProgress {
    counts: Arc<Mutex<SyncCounts>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<SyncTask>,
    problems: Vec<String>,
    /// The error that ends the sync.
    end: Option<MirrorError>,
}

impl SyncProgress {
    /// Of a sync that starts with these facts.
    pub(super) fn start(facts: &GiteaFacts) -> Arc<Self> {
        let counts = SyncCounts {
            memberships_before: facts.memberships(),
            ..SyncCounts::default()
        };
        Arc::new(Self {
            counts: Arc::new(Mutex::new(counts)),
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes of lists so far.
    pub(super) fn changes(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.applied.changes
    }

    /// What could not be read.
    pub(super) fn problems(&self) -> Vec<String> {
        self.state().problems.clone()
    }

    fn next(&self) -> Option<SyncTask> {
        let mut state = self.state();
        if state.end.is_some() {
            state.queue.clear();
        }
        state.queue.pop_front()
    }

    /// An error about one object is a problem to report; any other ends the sync.
    fn record_error(&self, error: MirrorError, of_user: bool) {
        let mut state = self.state();
        let of_one_object = match &error {
            MirrorError::Gitea(error) if error.kind == GiteaErrorKind::Forbidden => of_user,
            MirrorError::Gitea(error) => !error.kind.concerns_every_request(),
            MirrorError::RenamedDuringRead(_) => true,
            _ => false,
        };
        if of_one_object {
            state.problems.push(error.to_string());
        } else {
            state.end.get_or_insert(error);
        }
    }
}

impl Inner {
    /// Runs tasks, several at a time; fails with the error that ends the sync.
    pub(super) async fn run_tasks(
        self: &Arc<Self>,
        progress: &Arc<SyncProgress>,
        tasks: impl IntoIterator<Item = SyncTask>,
    ) -> Result<(), MirrorError> {
        progress.state().queue.extend(tasks);
        let waiting = progress.state().queue.len();
        let mut workers = JoinSet::new();
        let most = self.settings.concurrency.max(1) * WORKERS_PER_REQUEST;
        for _ in 0..waiting.min(most) {
            let (inner, progress) = (Arc::clone(self), Arc::clone(progress));
            workers.spawn(async move {
                while let Some(task) = progress.next() {
                    let of_user = !matches!(task, SyncTask::ReadList(_));
                    if let Err(error) = inner.run_task(&progress, task).await {
                        progress.record_error(error, of_user);
                    }
                }
            });
        }
        // No worker is cancelled: a commit in progress must reach memory too.
        while let Some(worker) = workers.join_next().await {
            if worker.is_err() {
                progress.record_error(MirrorError::Stopped, false);
            }
        }
        progress.state().end.take().map_or(Ok(()), Err)
    }

    async fn run_task(&self, progress: &SyncProgress, task: SyncTask) -> Result<(), MirrorError> {
        match task {
            SyncTask::RefreshUser(id, login) => self.refresh_account(id, login).await,
            SyncTask::ReadAccount(id, login) => self.read_account(id, &login).await,
            SyncTask::ReadList(list) => match self.read_list(progress, &list).await {
                Err(MirrorError::Gitea(error)) if error.kind.is_absent() => {
                    self.read_list_above(progress, &list, error).await
                }
                result => result,
            },
        }
    }

    /// Reads a list; a second time when the first answer exceeds the removal limit.
    pub(super) async fn read_list(
        &self,
        progress: &SyncProgress,
        list: &GiteaList,
    ) -> Result<(), MirrorError> {
        let enforced = RemovalLimit::Enforced(Arc::clone(&progress.counts));
        if self.read_list_once(list, enforced).await? {
            return Ok(());
        }
        tracing::info!(?list, "the list would remove much, so it is read once more");
        let counted = RemovalLimit::Counted(Arc::clone(&progress.counts));
        self.read_list_once(list, counted).await.map(drop)
    }

    /// False: the answer exceeds the removal limit.
    async fn read_list_once(
        &self,
        list: &GiteaList,
        limit: RemovalLimit,
    ) -> Result<bool, MirrorError> {
        let reader = &self.reader;
        let observation = match list {
            GiteaList::Users => reader.users().await?,
            GiteaList::Organizations => reader.organizations().await?,
            GiteaList::TeamMembers(id) => reader.team_members(*id).await?,
            GiteaList::OrganizationTeams(id) => {
                let known = self.state.data().facts.organization_with_teams(*id);
                let Some((organization, teams)) = known else {
                    return Ok(true);
                };
                reader.organization_teams(&organization, &teams).await?
            }
        };
        let applied = self.state.observe(observation, limit).await?;
        Ok(applied.is_some())
    }

    /// After Gitea has not found a list by its name or id: reads the list above it, which tells whether the object is
    /// deleted or renamed.
    async fn read_list_above(
        &self,
        progress: &SyncProgress,
        list: &GiteaList,
        error: GiteaError,
    ) -> Result<(), MirrorError> {
        match list {
            GiteaList::OrganizationTeams(id) => {
                let before = self.organization_name(*id);
                self.read_list(progress, &GiteaList::Organizations).await?;
                match self.organization_name(*id) {
                    None => Ok(()),
                    now if now != before => self.read_list(progress, list).await,
                    Some(_) => Err(error.into()),
                }
            }
            GiteaList::TeamMembers(id) => {
                let organization = self.organization_of(*id);
                if let Some(organization) = organization {
                    let teams = GiteaList::OrganizationTeams(organization);
                    self.read_list(progress, &teams).await?;
                }
                match self.organization_of(*id) {
                    None => Ok(()),
                    Some(_) => Err(error.into()),
                }
            }
            GiteaList::Users | GiteaList::Organizations => Err(error.into()),
        }
    }

    fn organization_name(&self, id: OrganizationId) -> Option<Login> {
        let data = self.state.data();
        let record = data.facts.organizations.get(&id);
        record.map(|record| record.organization.name.clone())
    }

    fn organization_of(&self, team: TeamId) -> Option<OrganizationId> {
        let data = self.state.data();
        let facts = data.facts.teams.get(&team);
        facts.map(|facts| facts.team.organization)
    }
}
