//! A mirror of a small Gitea, with a clock that the test sets and a deterministic random source.

use crate::support::gitea::StandIn;
use crate::support::gitea::clock::machine;
use crate::support::world::GiteaWorld;
use samovar::gitea::{GiteaClient, Settings};
use samovar::mirror::{FullSyncReport, Mirror};
use samovar::model::{Capabilities, Clock, DirectoryUser, Random, TeamId, Timestamp};
use samovar::store::Store;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Starts with the machine's time, which a real Gitea has too, and stands still between calls of `advance`.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn start() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(machine()() * 1000)))
    }

    pub fn advance(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn set_back(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_sub(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A deterministic random source.
#[derive(Default)]
pub struct Counter(AtomicI64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let number = number.to_be_bytes();
        for (byte, n) in bytes.iter_mut().rev().zip(number.iter().rev().cycle()) {
            *byte = *n;
        }
    }
}

/// A stand-in with the time of this clock.
pub async fn stand_in_at(clock: &Arc<TestClock>) -> GiteaWorld {
    let clock = Arc::clone(clock);
    let source = Arc::new(move || clock.now().seconds());
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    GiteaWorld::around(StandIn::start_at(address, source).await).await
}

pub fn client(url: &str, token: &str, clock: &Arc<TestClock>) -> GiteaClient {
    let settings = Settings {
        base_url: url.parse().unwrap(),
        public_url: url.parse().unwrap(),
        token: token.to_owned().into(),
        timeout: Duration::from_secs(5),
        retry_pause: Duration::from_millis(1),
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
    };
    GiteaClient::new(
        settings,
        Arc::clone(clock) as _,
        Arc::new(Counter::default()),
    )
}

pub const BOUND: Duration = Duration::from_secs(30);
pub const GRACE: Duration = Duration::from_secs(900);

/// A mirror of organization acme with its Owners (root) and Deployers (ben); eli is in no team.
pub struct TestMirror {
    pub gitea: GiteaWorld,
    pub clock: Arc<TestClock>,
    pub mirror: Mirror,
    pub store: Store,
    pub deployers: i64,
    token: String,
    _folder: tempfile::TempDir,
}

impl TestMirror {
    pub async fn at_stand_in() -> Self {
        let clock = TestClock::start();
        let gitea = stand_in_at(&clock).await;
        Self::at(gitea, clock).await
    }

    /// At the real Gitea that `SAMOVAR_TEST_GITEA` names, otherwise at the stand-in.
    pub async fn at_any_gitea() -> Self {
        let real = GiteaWorld::start().await;
        if real.stand_in().is_some() {
            return Self::at_stand_in().await;
        }
        Self::at(real, TestClock::start()).await
    }

    async fn at(gitea: GiteaWorld, clock: Arc<TestClock>) -> Self {
        let own = gitea.service_identity("http://127.0.0.2:9/callback").await;
        for user in ["ben", "eli"] {
            gitea.user(user).await;
        }
        gitea.organization("acme", "root").await;
        let units = [("repo.code", "write")];
        let deployers = gitea.team("acme", "Deployers", &units).await;
        gitea.add_member(deployers, "ben").await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Arc::new(Counter::default())).unwrap();
        let mirror = mirror(&gitea, &own.token, &clock, &store);
        mirror.sync_now().await.unwrap();
        Self {
            gitea,
            clock,
            mirror,
            store,
            deployers,
            token: own.token,
            _folder: folder,
        }
    }

    /// Another mirror over the same store, as after a restart.
    pub fn restarted(&self) -> Mirror {
        mirror(&self.gitea, &self.token, &self.clock, &self.store)
    }

    pub fn stand_in(&self) -> &StandIn {
        self.gitea.stand_in().unwrap()
    }

    pub fn deployers_id(&self) -> TeamId {
        self.deployers.try_into().unwrap()
    }

    /// The enabled user with this login, otherwise a disabled one.
    #[track_caller]
    pub fn user(&self, login: &str) -> Arc<DirectoryUser> {
        let directory = self.mirror.directory();
        let mut users = directory.users.values();
        let found = users.find(|user| user.login.as_str() == login && user.enabled);
        let mut users = directory.users.values();
        let found = found.or_else(|| users.find(|user| user.login.as_str() == login));
        Arc::clone(found.unwrap())
    }

    pub fn watch_deployers(&self) {
        let teams = [self.deployers_id()].into();
        self.mirror.set_watched_teams(teams, BTreeSet::new());
    }

    pub fn watch_acme(&self) {
        let directory = self.mirror.directory();
        let all = directory.organizations.keys().copied().collect();
        self.mirror.set_watched_teams(BTreeSet::new(), all);
    }

    /// Problems without those of the clock, which differs from a real Gitea's.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.mirror.status().problems;
        problems.retain(|problem| !problem.contains("NTP"));
        problems
    }

    pub async fn sync(&self) -> FullSyncReport {
        self.mirror.sync_now().await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn mirror(gitea: &GiteaWorld, token: &str, clock: &Arc<TestClock>, store: &Store) -> Mirror {
    let settings = samovar::mirror::Settings {
        full_sync_interval: Duration::from_secs(300),
        freshness_bound: BOUND,
        grace: GRACE,
        concurrency: 4,
    };
    let client = client(gitea.url(), token, clock);
    let snapshot = store.load().unwrap();
    let capabilities = Capabilities {
        clock: Arc::clone(clock) as _,
        random: Arc::new(Counter::default()),
    };
    Mirror::new(client, store.clone(), capabilities, settings, &snapshot)
}
