//! A small world with sign-in served at Samovar's host and at two application hosts, and a clock that a test turns.

use crate::support::browser::{Browser, Page, plain_client};
use crate::support::gitea::StandIn;
use crate::support::gitea::clock::machine;
use crate::support::world::{GiteaWorld, ServiceIdentity};
use poem::Route;
use samovar::access::{PolicyHolder, RequestOrigin};
use samovar::audit::Versions;
use samovar::audit::{Action, EventQuery, Outcome, RecordedEvent};
use samovar::audit_log::{Journal, JournalSettings};
use samovar::http::framework::Framework;
use samovar::http::sockets::Listener;
use samovar::http::{Gate, Surfaces, TrustedProxies, auth, listener};
use samovar::mirror::Mirror;
use samovar::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, Capabilities, Clock, DisplayText,
    Random, Session, Timestamp,
};
use samovar::oidc::{self, OidcProvider};
use samovar::policy::Policy;
use samovar::session::{self, BreakGlass, Sessions};
use samovar::sign_in::providers::Providers;
use samovar::sign_in::{Settings, SignIn, SignInServices};
use samovar::store::Store;
use samovar::token::{self, SealKey};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Starts with the machine's time and stands still until it is turned.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn now_of_the_machine() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(machine()() * 1000)))
    }

    pub fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The system's random source.
pub struct Dice;

impl Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).unwrap();
    }
}

pub struct Stage {
    pub gitea: GiteaWorld,
    pub clock: Arc<TestClock>,
    pub store: Store,
    pub sessions: Arc<Sessions>,
    pub break_glass: Arc<BreakGlass>,
    pub sign_in: Arc<SignIn>,
    pub journal: Arc<Journal>,
    pub mirror: Arc<Mirror>,
    /// Origins of Samovar and of the two applications.
    pub own: String,
    pub app: String,
    pub other: String,
    identity: ServiceIdentity,
    parts: Parts,
    _stop: DropGuard,
    _folder: tempfile::TempDir,
}

/// What sign-in rests on and a restart does not change.
struct Parts {
    store: Store,
    clock: Arc<TestClock>,
    break_glass: Arc<BreakGlass>,
    mirror: Arc<Mirror>,
    policy: Arc<PolicyHolder>,
    journal: Arc<Journal>,
    providers: Arc<Providers>,
    own: String,
}

impl Parts {
    /// Over these sessions and what the store has.
    fn sign_in(&self, sessions: &Arc<Sessions>, seal_key: [u8; 32]) -> Arc<SignIn> {
        let seal_key = SealKey::new(seal_key);
        let settings = token::Settings {
            issuer: self.own.clone(),
            key_rotation: Duration::from_secs(30 * 24 * 3600),
            workload_issuers: BTreeSet::new(),
        };
        let capabilities = capabilities(&self.clock);
        let world = samovar::store::StoreSnapshot {
            revocations: self.store.load().unwrap().revocations,
            ..samovar::store::StoreSnapshot::default()
        };
        let opened = token::open(&self.store, &capabilities, &seal_key, settings, &world).unwrap();
        let services = SignInServices {
            store: self.store.clone(),
            sessions: Arc::clone(sessions),
            break_glass: Arc::clone(&self.break_glass),
            mirror: Arc::clone(&self.mirror),
            policy: Arc::clone(&self.policy),
            journal: Arc::clone(&self.journal),
            providers: Arc::clone(&self.providers),
            tokens: opened.tokens,
            id_tokens: seal_key.id_tokens(),
        };
        let settings = Settings {
            own: host(&self.own).parse().unwrap(),
            https: false,
        };
        Arc::new(SignIn::new(services, settings, capabilities))
    }
}

impl Stage {
    /// Sign-in as it is after a restart, with nothing but what the store has; not served.
    pub fn restarted(&self, seal_key: [u8; 32]) -> Arc<SignIn> {
        let loaded = self.store.load().unwrap().sessions;
        let sessions = Arc::new(sessions(&self.store, &self.clock, loaded));
        self.parts.sign_in(&sessions, seal_key)
    }

    /// At the stand-in, whose time is the test's.
    pub async fn new() -> Self {
        Self::in_time(TestClock::now_of_the_machine(), |_| Vec::new()).await
    }

    /// The same in this time, with other providers beside Gitea: settings for Samovar's own origin.
    pub async fn in_time(
        clock: Arc<TestClock>,
        others: impl FnOnce(&str) -> Vec<oidc::Settings>,
    ) -> Self {
        let time = Arc::clone(&clock);
        let source = Arc::new(move || time.now().seconds());
        let stand_in = StandIn::start_at(([127, 0, 0, 1], 0).into(), source).await;
        Self::at(GiteaWorld::around(stand_in).await, clock, others).await
    }

    /// At the real Gitea that `SAMOVAR_TEST_GITEA` names, or else at the stand-in.
    pub async fn anywhere() -> Self {
        let real = GiteaWorld::start().await;
        if real.stand_in().is_some() {
            return Self::new().await;
        }
        Self::at(real, TestClock::now_of_the_machine(), |_| Vec::new()).await
    }

    /// With ben and eli; the mirror knows them from the start.
    async fn at(
        gitea: GiteaWorld,
        clock: Arc<TestClock>,
        others: impl FnOnce(&str) -> Vec<oidc::Settings>,
    ) -> Self {
        for user in ["ben", "eli"] {
            gitea.user(user).await;
        }
        let sockets = sockets().await;
        let [own, app, other] = [0, 1, 2].map(|n| format!("http://{}", address(&sockets[n])));
        let identity = gitea
            .service_identity(&format!("{own}/auth/callback/gitea"))
            .await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Arc::new(Dice)).unwrap();
        let sessions = Arc::new(sessions(&store, &clock, Vec::new()));
        let break_glass = BreakGlass::new(Arc::clone(&sessions), Arc::new(Dice), None);
        let break_glass = Arc::new(break_glass);
        let policy = Arc::new(PolicyHolder::new(policy([&app, &other])));
        let others = others(&own).into_iter();
        let others = others
            .map(|settings| OidcProvider::new(settings, plain_client(), Arc::clone(&clock) as _));
        let providers = Providers::new(provider(&gitea, &identity, &own, &clock), others.collect());
        let mirror = mirror(&gitea, &identity, &store, &clock).await;
        mirror.set_providers(providers.others());
        let providers = Arc::new(providers);
        let journal = journal(&store, (&policy, &mirror), &clock);
        let parts = Parts {
            journal: Arc::clone(&journal),
            store: store.clone(),
            clock: Arc::clone(&clock),
            break_glass: Arc::clone(&break_glass),
            mirror: Arc::clone(&mirror),
            policy: Arc::clone(&policy),
            providers,
            own: own.clone(),
        };
        let sign_in = parts.sign_in(&sessions, [7; 32]);
        let stop = serve(sockets, &sign_in, policy, &clock);
        Self {
            gitea,
            clock,
            store,
            sessions,
            break_glass,
            sign_in,
            journal,
            mirror,
            own,
            app,
            other,
            identity,
            parts,
            _stop: stop.drop_guard(),
            _folder: folder,
        }
    }

    pub fn stand_in(&self) -> &StandIn {
        self.gitea.stand_in().unwrap()
    }

    /// The way to Gitea: its authorize address.
    pub async fn begin(&self, browser: &mut Browser, return_to: &str) -> String {
        let query = crate::support::browser::form(&[("return_to", return_to)]);
        let page = browser
            .get(&format!("{}/auth/sign-in?{query}", self.own))
            .await;
        assert_eq!(page.status, 303, "{}", page.body);
        page.location.unwrap().to_string()
    }

    /// The whole way, up to the answer of the callback.
    pub async fn sign_in(&self, browser: &mut Browser, login: &str, return_to: &str) -> Page {
        let to = self.begin(browser, return_to).await;
        let back = browser.sign_in_at_gitea(&to, login).await;
        browser.get(&back).await
    }

    /// Events of sign-ins, the newest first, as outcome, reason and login.
    pub fn sign_ins(&self) -> Vec<(Outcome, String, String)> {
        let events = self.events(Action::SessionCreate).into_iter();
        let text = |event: RecordedEvent| {
            let reason = event.event.reasons.last().map(ToString::to_string);
            let login = event.event.personal.login.map(|login| login.to_string());
            (
                event.event.outcome,
                reason.unwrap_or_default(),
                login.unwrap_or_default(),
            )
        };
        events.map(text).collect()
    }

    pub fn events(&self, action: Action) -> Vec<RecordedEvent> {
        let query = EventQuery {
            action: Some(action),
            limit: 200,
            ..EventQuery::default()
        };
        self.store.events(&query).unwrap().events
    }

    /// A provider of its own, with settings that a test bends.
    pub fn provider(&self, bend: impl FnOnce(&mut oidc::Settings)) -> OidcProvider {
        let mut settings = settings(&self.gitea, &self.identity, &self.own);
        bend(&mut settings);
        OidcProvider::new(settings, plain_client(), Arc::clone(&self.clock) as _)
    }
}

/// The host of an origin, with its port.
pub fn host(origin: &str) -> &str {
    origin.strip_prefix("http://").unwrap()
}

/// The host of an origin without its port, as cookies go by.
pub fn jar(origin: &str) -> &str {
    host(origin).split(':').next().unwrap()
}

async fn sockets() -> Vec<TcpListener> {
    let mut sockets = Vec::new();
    for last in [2, 3, 4] {
        let address = SocketAddr::from(([127, 0, 0, last], 0));
        sockets.push(TcpListener::bind(address).await.unwrap());
    }
    sockets
}

fn address(socket: &TcpListener) -> SocketAddr {
    socket.local_addr().unwrap()
}

fn sessions(store: &Store, clock: &Arc<TestClock>, loaded: Vec<Session>) -> Sessions {
    let settings = session::Settings {
        idle: Duration::from_secs(12 * 3600),
        absolute: Duration::from_secs(7 * 24 * 3600),
    };
    Sessions::new(store.clone(), capabilities(clock), settings, loaded)
}

fn capabilities(clock: &Arc<TestClock>) -> Capabilities {
    Capabilities {
        clock: Arc::clone(clock) as _,
        random: Arc::new(Dice),
    }
}

fn policy(origins: [&String; 2]) -> Policy {
    let application = |(n, origin): (u8, &String)| Application {
        id: ApplicationId::from_bytes([n; 16]),
        name: format!("app-{n}").parse().unwrap(),
        hosts: BTreeSet::from([host(origin).parse().unwrap()]),
        routes: Vec::new(),
        identity_headers: BTreeSet::new(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: samovar::model::TokenSettings::default(),
        named_at: samovar::model::Timestamp::ZERO,
        proxy_secret: samovar::model::ProxySecret::default(),
        version: 1,
    };
    let applications = (1..).zip(origins).map(application).collect();
    Policy::build(1, Vec::new(), Vec::new(), applications).unwrap()
}

async fn mirror(
    gitea: &GiteaWorld,
    identity: &ServiceIdentity,
    store: &Store,
    clock: &Arc<TestClock>,
) -> Arc<Mirror> {
    let settings = samovar::gitea::Settings {
        base_url: gitea.url().parse().unwrap(),
        public_url: gitea.url().parse().unwrap(),
        token: identity.token.clone().into(),
        timeout: Duration::from_secs(5),
        retry_pause: Duration::from_millis(1),
        http: plain_client(),
    };
    let client = samovar::gitea::GiteaClient::new(settings, Arc::clone(clock) as _, Arc::new(Dice));
    let settings = samovar::mirror::Settings {
        full_sync_interval: Duration::from_secs(300),
        freshness_bound: Duration::from_secs(30),
        grace: Duration::from_secs(900),
        concurrency: 4,
    };
    let mirror = Mirror::new(
        client,
        store.clone(),
        capabilities(clock),
        settings,
        &store.load().unwrap(),
    );
    mirror.sync_now().await.unwrap();
    Arc::new(mirror)
}

fn settings(gitea: &GiteaWorld, identity: &ServiceIdentity, own: &str) -> oidc::Settings {
    oidc::Settings {
        id: "gitea".parse().unwrap(),
        name: DisplayText::lossy("Gitea"),
        issuer_keys: "`gitea.url`".to_owned(),
        groups: None,
        gitea_source: None,
        url: gitea.url().parse().unwrap(),
        internal_url: None,
        issuer: None,
        client_id: identity.client_id.clone(),
        client_secret: identity.client_secret.clone().into(),
        redirect_uri: format!("{own}/auth/callback/gitea").parse().unwrap(),
        scopes: [
            "profile",
            "email",
            "groups",
            "read:user",
            "read:organization",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
}

fn provider(
    gitea: &GiteaWorld,
    identity: &ServiceIdentity,
    own: &str,
    clock: &Arc<TestClock>,
) -> OidcProvider {
    let settings = settings(gitea, identity, own);
    OidcProvider::new(settings, plain_client(), Arc::clone(clock) as _)
}

fn serve(
    sockets: Vec<TcpListener>,
    sign_in: &Arc<SignIn>,
    policy: Arc<PolicyHolder>,
    clock: &Arc<TestClock>,
) -> CancellationToken {
    let settings = samovar::http::Settings {
        own: address(&sockets[0]).to_string().parse().unwrap(),
        https: false,
        trusted: TrustedProxies::new(Vec::new()),
        bodies: samovar::http::BodyLimits::default(),
        answer_timeout: Duration::from_secs(30),
    };
    let surfaces = Surfaces {
        own: auth::own(Route::new(), sign_in),
        application: auth::applications(Route::new(), sign_in),
    };
    let gate = Framework(Gate::new(settings, surfaces, policy, capabilities(clock)));
    let stop = CancellationToken::new();
    let limits = listener::Settings::default();
    let sockets = sockets.into_iter().map(Listener::Tcp).collect();
    tokio::spawn(listener::serve(sockets, gate, limits, stop.clone()));
    stop
}

fn journal(
    store: &Store,
    (policy, mirror): (&Arc<PolicyHolder>, &Arc<Mirror>),
    clock: &Arc<TestClock>,
) -> Arc<Journal> {
    let (policy, mirror) = (Arc::clone(policy), Arc::clone(mirror));
    let versions = move || Versions {
        policy: policy.load().version(),
        directory: mirror.directory().version,
    };
    let settings = JournalSettings {
        window: Duration::from_secs(60),
        anonymous_events_per_minute: 60,
    };
    let clock = Arc::clone(clock);
    Arc::new(Journal::new(store.clone(), clock, versions, settings))
}

/// A request from this address, or from none.
pub fn origin(address: Option<&str>) -> RequestOrigin {
    RequestOrigin {
        address: address.map(|address| address.parse().unwrap()),
        user_agent: None,
        request: samovar::model::RequestId::from_bytes([1; 16]),
    }
}
