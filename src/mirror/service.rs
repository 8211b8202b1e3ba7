//! The mirror as other modules use it.

use super::external_users::ExternalSignIn;
use super::reader::GiteaReader;
use super::repository_cache::{RepositoryAnswer, RepositoryCache, key};
use super::single_flight::SingleFlight;
use super::state::DirectoryState;
use super::status::StatusRecorder;
use super::watched_teams::WatchedTeams;
use super::{FullSyncReport, MirrorError, MirrorStatus};
use crate::gitea::{GiteaClient, TimedAnswer};
use crate::model::{
    Capabilities, Clock, Directory, GiteaUserId, Login, OrganizationId, ProviderId, RepositoryName,
    TeamId, Timestamp, UserId,
};
use crate::store::{Store, StoreSnapshot};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// When the mirror reads Gitea.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Between two full syncs.
    pub full_sync_interval: Duration,
    /// Older facts about a user are read again before a decision.
    pub freshness_bound: Duration,
    /// While Gitea is unavailable, decisions use facts up to this age.
    pub grace: Duration,
    /// Concurrent requests to Gitea.
    pub concurrency: usize,
}

/// Keeps the directory in step with Gitea. Clones share it.
#[derive(Clone)]
pub struct Mirror(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: DirectoryState,
    pub(super) reader: GiteaReader,
    pub(super) status: Arc<StatusRecorder>,
    pub(super) user_refreshes: SingleFlight<GiteaUserId, ()>,
    pub(super) repositories: RepositoryCache,
    /// Number and report of the last full sync; locked while one runs.
    pub(super) last_full_sync: tokio::sync::Mutex<Option<(u64, FullSyncReport)>>,
    pub(super) full_syncs_started: AtomicU64,
    pub(super) tasks: TaskTracker,
}

impl Mirror {
    /// A mirror of the store's records. Reads nothing from Gitea before [`Mirror::run`] or a call that needs it.
    pub fn new(
        client: GiteaClient,
        store: Store,
        capabilities: Capabilities,
        settings: Settings,
        snapshot: &StoreSnapshot,
    ) -> Self {
        let Capabilities { clock, random } = capabilities;
        let status = Arc::new(StatusRecorder::new(Arc::clone(&clock)));
        let state = DirectoryState::new(store, Arc::clone(&clock), random, snapshot);
        let reader = GiteaReader::new(client, settings.concurrency, Arc::clone(&status));
        Self(Arc::new(Inner {
            settings,
            clock,
            state,
            reader,
            status,
            user_refreshes: SingleFlight::default(),
            repositories: RepositoryCache::default(),
            last_full_sync: tokio::sync::Mutex::default(),
            full_syncs_started: AtomicU64::new(0),
            tasks: TaskTracker::new(),
        }))
    }

    /// Who is in which team now. Call [`Mirror::freshness`] or [`Mirror::ensure_fresh`] first: an earlier directory may
    /// lack facts that the freshness covers.
    pub fn directory(&self) -> Arc<Directory> {
        self.0.state.directory()
    }

    /// Sets the teams and organizations that role bindings name. To be called at the start and after every change of a
    /// role binding.
    pub fn set_watched_teams(
        &self,
        teams: BTreeSet<TeamId>,
        organizations: BTreeSet<OrganizationId>,
    ) {
        self.0.state.set_watched_teams(WatchedTeams {
            teams,
            organizations,
        });
    }

    /// Sets the configured providers other than Gitea. To be called at the start.
    pub fn set_providers(&self, providers: BTreeSet<ProviderId>) {
        self.0.state.set_providers(providers);
    }

    /// The instant before the oldest request on which the facts about this user depend; `None` without a Gitea account.
    /// Never waits. Counts the user as active.
    pub fn freshness(&self, user: UserId) -> Option<Timestamp> {
        let inner = &self.0;
        inner.state.freshness().use_at(user, inner.clock.now())
    }

    /// Returns once the facts about this user are fresh enough for a decision: at once within the freshness bound,
    /// otherwise after a user refresh; while Gitea is unavailable, until the grace ends.
    pub async fn ensure_fresh(&self, user: UserId) -> Result<(), MirrorError> {
        let since = self.freshness(user).ok_or(MirrorError::NoGiteaAccount)?;
        let age = self.0.clock.now().since(since);
        if age <= self.0.settings.freshness_bound {
            return Ok(());
        }
        match self.refresh_user(user).await {
            Err(MirrorError::Gitea(_)) if age <= self.0.settings.grace => Ok(()),
            Err(MirrorError::Gitea(_)) => Err(MirrorError::Stale { since }),
            result => result,
        }
    }

    /// The freshness of a team's members; `None` for an unknown team.
    pub fn team_freshness(&self, team: TeamId) -> Option<Timestamp> {
        let facts = &self.0.state.data().facts;
        let known = facts.teams.contains_key(&team);
        known.then(|| facts.members_asked_at(team))
    }

    /// Fails when the member lists of the watched teams are older than the grace, for decisions that depend on no user.
    /// The watched-team sync keeps them within the freshness bound while Gitea answers.
    pub fn check_watched_teams(&self) -> Result<(), MirrorError> {
        let since = self.0.state.freshness().watched_teams();
        let age = self.0.clock.now().since(since);
        if age <= self.0.settings.grace {
            Ok(())
        } else {
            Err(MirrorError::Stale { since })
        }
    }

    /// Records the sign-in at another provider of a user without a Gitea account. Returns the user, who may be new.
    pub async fn put_external_user(&self, sign_in: &ExternalSignIn) -> Result<UserId, MirrorError> {
        self.0.state.put_external_user(sign_in).await
    }

    /// What this user may do in a repository, at most the freshness bound ago; `None` when the user cannot see it. The
    /// answer has the owner's id, because the name in a route proves nothing.
    pub async fn repository_access(
        &self,
        user: UserId,
        owner: &Login,
        name: &RepositoryName,
    ) -> Result<RepositoryAnswer, MirrorError> {
        let inner = Arc::clone(&self.0);
        let key = key(user, owner, name);
        let bound = inner.settings.freshness_bound;
        if let Some(answer) = inner.repositories.get(&key, inner.clock.now(), bound) {
            return Ok(answer);
        }
        let (_, login) = self.account_of(user)?;
        let (owner, name, cached) = (owner.clone(), name.clone(), key.clone());
        let read = || async move {
            let asked_at = inner.clock.now();
            let value = inner.reader.repository(&login, &owner, &name).await?;
            let answer = TimedAnswer {
                value: value.clone(),
                asked_at,
            };
            inner.repositories.put(cached, answer, bound);
            Ok(value)
        };
        let reads = &self.0.repositories.reads;
        reads.run(&self.0.tasks, key, read).await
    }

    /// The Gitea account of a user, with its present login.
    pub(super) fn account_of(&self, user: UserId) -> Result<(GiteaUserId, Login), MirrorError> {
        let directory = self.directory();
        let account = directory.user(user).and_then(|user| {
            let login = user.login.as_str().parse().ok()?;
            Some((user.gitea()?, login))
        });
        account.ok_or(MirrorError::NoGiteaAccount)
    }

    /// The status of the mirror.
    pub fn status(&self) -> MirrorStatus {
        let inner = &self.0;
        let status = inner.status.status(inner.reader.skew_millis());
        let data = inner.state.data();
        let accounts = data.facts.accounts.values();
        MirrorStatus {
            organizations: data.facts.organizations.len(),
            teams: data.facts.teams.len(),
            users: accounts.filter(|record| !record.gone).count(),
            changes: data.recent_changes.iter().cloned().collect(),
            directory_version: data.version,
            ..status
        }
    }

    /// Syncs on timers until it is stopped, then waits for the work in progress.
    ///
    /// The watched-team sync runs at half the freshness bound, so that hardly any request of an active user waits for a
    /// user refresh.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let settings = self.0.settings;
        let full_syncs = async {
            loop {
                let pause = match self.sync_now().await {
                    Ok(_) => settings.full_sync_interval,
                    Err(_) => settings.freshness_bound.min(settings.full_sync_interval),
                };
                tokio::time::sleep(pause).await;
            }
        };
        let watched_team_syncs = async {
            loop {
                tokio::time::sleep(settings.freshness_bound / 2).await;
                self.sync_watched_teams().await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = async { tokio::join!(full_syncs, watched_team_syncs); } => {}
        }
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}
