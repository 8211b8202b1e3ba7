//! The mirror as other rooms see it.

use super::bound::Bound;
use super::flight::Flights;
use super::health::Health;
use super::ledger::Ledger;
use super::questions::Questions;
use super::repository::RepositoryCache;
use super::{MirrorError, MirrorState};
use crate::gitea::Client;
use crate::model::{
    Clock, Directory, DirectoryUser, GiteaUserId, Login, OrganizationId, ProviderId, Random,
    TeamId, Timestamp, UserId,
};
use crate::store::{Store, StoreSnapshot};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// When what is read.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Between two readings of everything.
    pub full_pass: Duration,
    /// Facts about a person older than this are asked for again before they decide.
    pub bound: Duration,
    /// While Gitea is away, facts decide until they are this old.
    pub grace: Duration,
    /// Questions at the same time.
    pub concurrency: usize,
}

/// The Gitea account of a person, when there is one, and its present login.
pub(super) fn account(person: &DirectoryUser) -> Result<(GiteaUserId, Login), MirrorError> {
    let login = person.login.as_str().parse::<Login>();
    let both = person.gitea().zip(login.ok());
    both.ok_or(MirrorError::Unknown)
}

/// Keeps the directory in step with Gitea. Clones share it.
#[derive(Clone)]
pub struct Mirror(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ledger: Ledger,
    pub(super) questions: Questions,
    pub(super) health: Arc<Health>,
    pub(super) rereads: Flights<GiteaUserId, ()>,
    pub(super) repositories: RepositoryCache,
    /// One pass at a time; the number of those that have begun.
    pub(super) passing: tokio::sync::Mutex<Option<(u64, super::PassReport)>>,
    pub(super) passes: AtomicU64,
    pub(super) tasks: TaskTracker,
}

impl Mirror {
    /// A mirror that begins with what the store has. Reads nothing before [`Mirror::run`] or a question.
    pub fn new(
        client: Client,
        store: Store,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
        settings: Settings,
        world: &StoreSnapshot,
    ) -> Self {
        let health = Arc::new(Health::new(Arc::clone(&clock)));
        let ledger = Ledger::new(store, Arc::clone(&clock), random, world);
        let questions = Questions::new(client, settings.concurrency, Arc::clone(&health));
        Self(Arc::new(Inner {
            settings,
            clock,
            ledger,
            questions,
            health,
            rereads: Flights::default(),
            repositories: RepositoryCache::default(),
            passing: tokio::sync::Mutex::default(),
            passes: AtomicU64::new(0),
            tasks: TaskTracker::new(),
        }))
    }

    /// Who is in which team now. Ask [`Mirror::freshness`] or [`Mirror::fresh`] first: a directory that was taken
    /// before may lack what the freshness speaks of.
    pub fn directory(&self) -> Arc<Directory> {
        self.0.ledger.directory()
    }

    /// Takes in what the present bindings name: teams, and organizations by all their teams. To be called at the start
    /// and after every change of a binding.
    pub fn set_bound(&self, teams: BTreeSet<TeamId>, organizations: BTreeSet<OrganizationId>) {
        self.0.ledger.set_bound(Bound {
            teams,
            organizations,
        });
    }

    /// Takes in which other providers than Gitea are configured. To be called at the start.
    pub fn set_providers(&self, providers: BTreeSet<ProviderId>) {
        self.0.ledger.set_providers(providers);
    }

    /// The instant before the oldest question on which what is known of this person rests; `None` for somebody without
    /// a Gitea account. Waits for nothing. Counts the person as active.
    pub fn freshness(&self, user: UserId) -> Option<Timestamp> {
        let inner = &self.0;
        inner.ledger.stamps().wanted(user, inner.clock.now())
    }

    /// Returns once what is known of this person may decide: at once while it is within the bound, otherwise after a
    /// re-read; while Gitea is away, until the grace is over.
    pub async fn fresh(&self, user: UserId) -> Result<(), MirrorError> {
        let since = self.freshness(user).ok_or(MirrorError::Unknown)?;
        let age = self.0.clock.now().since(since);
        if age <= self.0.settings.bound {
            return Ok(());
        }
        match self.reread(user).await {
            Err(MirrorError::Gitea(_)) if age <= self.0.settings.grace => Ok(()),
            Err(MirrorError::Gitea(_)) => Err(MirrorError::Stale { since }),
            answer => answer,
        }
    }

    /// The instant as of which the members of a team are known; `None` for a team that is not known.
    pub fn team_since(&self, team: TeamId) -> Option<Timestamp> {
        let facts = self.0.ledger.facts();
        let known = facts.known.teams.contains_key(&team);
        known.then(|| facts.known.members_asked_at(team))
    }

    /// May the member lists of the teams that are named to [`Mirror::set_bound`] decide by themselves, without a person
    /// to read anew? The bound reader keeps them within the bound; while Gitea is away, until the grace is over.
    pub fn teams_fresh(&self) -> Result<(), MirrorError> {
        let since = self.0.ledger.stamps().floor();
        let age = self.0.clock.now().since(since);
        if age <= self.0.settings.grace {
            Ok(())
        } else {
            Err(MirrorError::Stale { since })
        }
    }

    /// Reads one person's account and teams now, once however many ask. On success what is known is new, or says that
    /// the person is disabled or gone.
    pub async fn reread(&self, user: UserId) -> Result<(), MirrorError> {
        let directory = self.directory();
        let person = directory.user(user).ok_or(MirrorError::Unknown)?;
        let (gitea, login) = account(person)?;
        self.reread_account(gitea, &login).await
    }

    /// Somebody has signed in at Gitea: reads the account and its teams now. Gives our person, who is made when new.
    pub async fn arrive(&self, user: GiteaUserId, login: &Login) -> Result<UserId, MirrorError> {
        self.reread_account(user, login).await?;
        self.0.ledger.person(user).ok_or(MirrorError::Unknown)
    }

    /// How well it gets on with Gitea.
    pub fn state(&self) -> MirrorState {
        let inner = &self.0;
        let mut state = inner.health.state(inner.questions.skew_millis());
        let facts = inner.ledger.facts();
        state.organizations = facts.known.organizations.len();
        state.teams = facts.known.teams.len();
        let here = facts.known.accounts.values().filter(|record| !record.gone);
        state.users = here.count();
        state.changes = facts.changes.iter().cloned().collect();
        drop(facts);
        state.directory_version = self.directory().version;
        state
    }

    /// Reads on timers until it is stopped, then waits for what is under way.
    ///
    /// The bound reader goes round at half the bound, so that an active person's facts are renewed before they pass
    /// it and hardly any request has to wait for a re-read.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let passes = async {
            loop {
                let pause = match self.sync_now().await {
                    Ok(_) => self.0.settings.full_pass,
                    Err(_) => self.0.settings.bound.min(self.0.settings.full_pass),
                };
                tokio::time::sleep(pause).await;
            }
        };
        let rounds = async {
            loop {
                tokio::time::sleep(self.0.settings.bound / 2).await;
                self.read_bound().await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = async { tokio::join!(passes, rounds); } => {}
        }
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}
