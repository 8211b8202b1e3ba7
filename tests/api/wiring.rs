//! Builds the modules for these tests as the product does, with a fixed clock and counted randomness.

use crate::api::world::{HOST, Who};
use samovar::access::{Credentials, DecisionRecorder, Gatekeeper, PolicyHolder};
use samovar::admin::{Admin, Bootstrap};
use samovar::audit::{Action, AuditEvent, Object, ObjectKind, Versions};
use samovar::audit_log::{AuditLog, Journal, JournalSettings};
use samovar::gitea;
use samovar::http::api::{self, Services};
use samovar::http::forward_auth::snippets::{CheckAddress, SnippetSettings};
use samovar::http::{Gate, Settings, Surfaces, TrustedProxies};
use samovar::mirror::{self, Mirror};
use samovar::model::{
    BindingSubject, Capabilities, Client, Clock, DisplayText, GiteaUser, GiteaUserId, GroupsSource,
    Identity, MirroredOrganization, MirroredTeam, MirroredUser, Organization, Principal, Random,
    Range, RoleBinding, RoleBindingId, RoleId, ServiceAccount, Session, SessionId, SessionPlace,
    SessionSecret, SystemJob, Team, Timestamp, User, UserId,
};
use samovar::oidc;
use samovar::policy::{ADMINISTRATOR, AUDITOR, POLICY_EDITOR, Policy, built_in_roles};
use samovar::session::{self, Cookies, Sessions};
use samovar::sign_in::providers::Providers;
use samovar::store::{Change, DiskReserve, FreeSpace, Operation, Precondition, Store};
use samovar::token::{self, Registry, SealKey, Tokens};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Gitea's id of the one team.
pub const TEAM: i64 = 7;
const ORGANIZATION: i64 = 70;
const COOKIE: &str = "__Host-samovar";
/// Of each class, per minute.
pub const ANONYMOUS_EVENTS: u32 = 60;
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

#[derive(Default)]
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let pattern = count.to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(pattern.iter().rev().cycle()) {
            *byte = *value;
        }
    }
}

/// A disk whose free space the test sets, in bytes.
#[derive(Clone)]
pub struct Disk(Arc<AtomicU64>);

impl Disk {
    /// Kept free.
    pub const RESERVE: u64 = 64 << 20;

    pub fn set_free(&self, bytes: u64) {
        self.0.store(bytes, Ordering::SeqCst);
    }
}

impl FreeSpace for Disk {
    fn bytes(&self) -> std::io::Result<u64> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

/// What tests hold on to.
pub struct Wired {
    pub gate: Gate,
    pub gatekeeper: Arc<Gatekeeper>,
    pub journal: Arc<Journal>,
    pub disk: Disk,
    pub store: Store,
    pub claim: Arc<Bootstrap>,
    pub tokens: Arc<Tokens>,
    pub service_accounts: Arc<Registry<ServiceAccount>>,
    pub clients: Arc<Registry<Client>>,
    pub secrets: Vec<SessionSecret>,
    pub cookie: &'static str,
    _folder: tempfile::TempDir,
}

pub fn user(who: Who) -> UserId {
    UserId::from_bytes([
        0,
        0,
        0,
        0,
        0,
        0,
        0x70,
        0,
        0x80,
        0,
        0,
        0,
        0,
        0,
        1,
        who.number(),
    ])
}

pub fn session(who: Who) -> SessionId {
    SessionId::from_bytes([
        0,
        0,
        0,
        0,
        0,
        0,
        0x70,
        0,
        0x80,
        0,
        0,
        0,
        0,
        0,
        2,
        who.number(),
    ])
}

const fn role(who: Who) -> Option<RoleId> {
    match who {
        Who::Administrator | Who::SecondAdministrator => Some(ADMINISTRATOR),
        Who::Auditor => Some(AUDITOR),
        Who::Editor => Some(POLICY_EDITOR),
        Who::Member => None,
    }
}

/// What every module needs.
struct Ground {
    store: Store,
    snapshot: samovar::store::StoreSnapshot,
    policy: Arc<PolicyHolder>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// Builds everything over a fresh state folder; without an administrator, no principal has a role.
pub async fn wire(claimed: bool) -> Wired {
    let folder = tempfile::tempdir().unwrap();
    let random: Arc<dyn Random> = Arc::new(Counted::default());
    let disk = Disk(Arc::new(AtomicU64::new(u64::MAX)));
    let reserve = DiskReserve::with_probe(Disk::RESERVE, disk.clone());
    let store = Store::open_with_reserve(folder.path(), Arc::clone(&random), reserve).unwrap();
    let secrets = seed(&store, &*random, claimed).await;
    let snapshot = store.load().unwrap();
    let ground = Ground {
        policy: Arc::new(PolicyHolder::new(policy(&snapshot))),
        clock: Arc::new(Fixed),
        store,
        snapshot,
        random,
    };
    let claim = Arc::new(Bootstrap::open(folder.path()).unwrap());
    let (services, opened, journal) = services(&ground, Arc::clone(&claim));
    services.admin.watch_administrators(&claim).unwrap();
    let services = Arc::new(services);
    let gatekeeper = Arc::clone(&services.gatekeeper);
    let surfaces = Surfaces {
        own: poem::Route::new().nest_no_strip("/api", api::endpoint(services)),
        application: poem::Route::new(),
    };
    let capabilities = Capabilities {
        clock: ground.clock,
        random: ground.random,
    };
    let known = api::known_callers(Arc::clone(&gatekeeper), Cookies::new(true));
    let gate = Gate::new(gate_settings(), surfaces, ground.policy, capabilities);
    Wired {
        gate: gate.with_known_callers(known),
        gatekeeper,
        journal,
        disk,
        store: ground.store,
        claim,
        tokens: opened.tokens,
        service_accounts: opened.service_accounts,
        clients: opened.clients,
        secrets,
        cookie: COOKIE,
        _folder: folder,
    }
}

fn policy(snapshot: &samovar::store::StoreSnapshot) -> Policy {
    let mut roles = built_in_roles().unwrap();
    roles.extend(snapshot.roles.iter().cloned());
    let (bindings, applications) = (
        snapshot.role_bindings.clone(),
        snapshot.applications.clone(),
    );
    Policy::build(snapshot.policy_version, roles, bindings, applications).unwrap()
}

fn journal(ground: &Ground, mirror: &Arc<Mirror>) -> Arc<Journal> {
    let (policy, mirror) = (Arc::clone(&ground.policy), Arc::clone(mirror));
    let versions = move || Versions {
        policy: policy.load().version(),
        directory: mirror.directory().version,
    };
    let settings = JournalSettings {
        window: Duration::from_secs(60),
        anonymous_events_per_minute: ANONYMOUS_EVENTS,
    };
    let (store, clock) = (ground.store.clone(), Arc::clone(&ground.clock));
    Arc::new(Journal::new(store, clock, versions, settings))
}

fn tokens(ground: &Ground, capabilities: &Capabilities) -> token::TokenServices {
    let settings = token::Settings {
        issuer: format!("https://{HOST}"),
        key_rotation: Duration::from_secs(30 * 24 * 3600),
        workload_issuers: ["https://ci.example/".parse().unwrap()].into(),
    };
    let (store, key) = (&ground.store, SealKey::new([7; 32]));
    token::open(store, capabilities, &key, settings, &ground.snapshot).unwrap()
}

fn services(
    ground: &Ground,
    claim: Arc<Bootstrap>,
) -> (Services, token::TokenServices, Arc<Journal>) {
    let store = || ground.store.clone();
    let policy = || Arc::clone(&ground.policy);
    let clock = || Arc::clone(&ground.clock);
    let random = || Arc::clone(&ground.random);
    let capabilities = || Capabilities {
        clock: clock(),
        random: random(),
    };
    let mirror = Arc::new(Mirror::new(
        away(&ground.clock, &ground.random),
        store(),
        capabilities(),
        MIRROR,
        &ground.snapshot,
    ));
    let sessions = Arc::new(Sessions::new(
        store(),
        capabilities(),
        SESSIONS,
        ground.snapshot.sessions.clone(),
    ));
    let journal = journal(ground, &mirror);
    let recorder = Arc::new(DecisionRecorder::new(Arc::clone(&journal)));
    let opened = tokens(ground, &capabilities());
    let credentials = Credentials {
        sessions: Arc::clone(&sessions),
        tokens: Arc::clone(&opened.tokens),
        service_accounts: Arc::clone(&opened.service_accounts),
        mirror: Arc::clone(&mirror),
    };
    let gatekeeper = Gatekeeper::new(policy(), credentials, Arc::clone(&recorder), clock());
    let admin = Admin::new(
        store(),
        policy(),
        Arc::clone(&mirror),
        &opened,
        capabilities(),
    );
    let services = Services {
        gatekeeper: Arc::new(gatekeeper),
        admin: Arc::new(admin),
        claim,
        mirror,
        sessions,
        providers: Arc::new(providers()),
        audit_log: Arc::new(AuditLog::new(store(), clock())),
        clock: clock(),
        session_cookie: COOKIE.to_owned(),
        snippets: snippets(),
        proxy_secrets: Some(samovar::token::SealKey::new([7; 32]).proxy_secrets()),
    };
    (services, opened, journal)
}

/// Gitea and one other, neither of which answers.
fn providers() -> Providers {
    let provider = |id: &str, groups| {
        let settings = oidc::Settings {
            id: id.parse().unwrap(),
            name: DisplayText::lossy(id),
            url: "http://127.0.0.1:9".parse().unwrap(),
            internal_url: None,
            issuer: None,
            issuer_keys: "nothing".to_owned(),
            client_id: "samovar".to_owned(),
            client_secret: "secret".into(),
            redirect_uri: format!("https://{HOST}/auth/callback/{id}")
                .parse()
                .unwrap(),
            scopes: Vec::new(),
            groups,
            gitea_source: None,
        };
        let clock = Arc::new(Fixed) as Arc<dyn Clock>;
        oidc::OidcProvider::new(settings, reqwest::Client::builder().build().unwrap(), clock)
    };
    let groups = oidc::GroupsClaim {
        claim: "groups".to_owned(),
        from: GroupsSource::Token,
        cap: None,
    };
    Providers::new(
        provider("gitea", None),
        vec![provider("keycloak", Some(groups))],
    )
}

const MIRROR: mirror::Settings = mirror::Settings {
    full_sync_interval: Duration::from_secs(300),
    freshness_bound: Duration::from_secs(30),
    grace: Duration::from_secs(900),
    concurrency: 4,
};

const SESSIONS: session::Settings = session::Settings {
    idle: Duration::from_secs(12 * 3600),
    absolute: Duration::from_secs(7 * 24 * 3600),
};

fn gate_settings() -> Settings {
    Settings {
        own: HOST.parse().unwrap(),
        https: true,
        trusted: TrustedProxies::default(),
        bodies: samovar::http::BodyLimits::default(),
        answer_timeout: Duration::from_secs(60),
    }
}

fn snippets() -> SnippetSettings {
    SnippetSettings {
        samovar: "127.0.0.1:8700".parse().unwrap(),
        forward_auth: CheckAddress::Tcp("127.0.0.1:8701".parse().unwrap()),
        secret: None,
        own: HOST.parse().unwrap(),
        https: true,
        upstream: "127.0.0.1:9000".parse().unwrap(),
    }
}

/// A Gitea at a port where nothing listens.
fn away(clock: &Arc<dyn Clock>, random: &Arc<dyn Random>) -> gitea::GiteaClient {
    let settings = gitea::Settings {
        base_url: "http://127.0.0.1:9/".parse().unwrap(),
        public_url: "http://127.0.0.1:9/".parse().unwrap(),
        token: "0".repeat(40).into(),
        timeout: Duration::from_secs(1),
        retry_pause: Duration::ZERO,
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
    };
    gitea::GiteaClient::new(settings, Arc::clone(clock), Arc::clone(random))
}

/// Five people with their roles and sessions, one organization and one team.
async fn seed(store: &Store, random: &dyn Random, claimed: bool) -> Vec<SessionSecret> {
    let mut change = Change::none();
    let mut secrets = Vec::new();
    for who in Who::ALL {
        let secret = SessionSecret::generate(random);
        change = person(change, who).with(Operation::PutSession(signed_in(who, &secret)));
        if let Some(binding) = binding(who).filter(|_| claimed) {
            change = change.with(Operation::PutRoleBinding(binding, Precondition::Absent));
        }
        secrets.push(secret);
    }
    let organization = Organization {
        id: ORGANIZATION.try_into().unwrap(),
        name: "acme".parse().unwrap(),
        full_name: DisplayText::lossy("Acme"),
    };
    let team = Team {
        id: TEAM.try_into().unwrap(),
        organization: organization.id,
        name: DisplayText::lossy("Deployers"),
        owners: false,
    };
    let change = change
        .with(Operation::PutMirroredOrganization(MirroredOrganization {
            organization,
            asked_at: NOW,
        }))
        .with(Operation::PutMirroredTeam(MirroredTeam {
            team,
            members: [gitea_id(Who::Member)].into(),
            asked_at: NOW,
        }));
    store.commit(change, start()).await.unwrap();
    secrets
}

fn gitea_id(who: Who) -> GiteaUserId {
    i64::from(who.number()).try_into().unwrap()
}

fn person(change: Change, who: Who) -> Change {
    let account = GiteaUser {
        id: gitea_id(who),
        login: who.login().parse().unwrap(),
        full_name: DisplayText::lossy(""),
        email: DisplayText::lossy(""),
        active: true,
        prohibit_login: false,
        is_admin: who == Who::Member,
        source_id: 0,
        login_name: DisplayText::lossy(""),
    };
    let known = User {
        id: user(who),
        identities: vec![Identity {
            provider: "gitea".parse().unwrap(),
            subject: account.id.into(),
        }],
        gitea: Some(account.id),
        login: DisplayText::lossy(who.login()),
        claims: None,
        created_at: NOW,
    };
    let mirrored = MirroredUser {
        account,
        gone: false,
        asked_at: NOW,
    };
    change
        .with(Operation::PutUser(known))
        .with(Operation::PutMirroredUser(mirrored))
}

fn binding(who: Who) -> Option<RoleBinding> {
    Some(RoleBinding {
        id: RoleBindingId::from_bytes([who.number(); 16]),
        role: role(who)?,
        subject: BindingSubject::User { id: user(who) },
        range: Range::Everywhere,
        until: None,
        version: 1,
    })
}

fn signed_in(who: Who, secret: &SessionSecret) -> Session {
    Session {
        id: session(who),
        key: secret.key(),
        principal: Principal::User(user(who)),
        place: SessionPlace::Samovar,
        provider: Some("gitea".parse().unwrap()),
        provider_session: None,
        created_at: NOW,
        last_seen_at: NOW,
        ends_at: NOW.plus(Duration::from_secs(3600)),
        address: None,
        user_agent: DisplayText::lossy("a test"),
    }
}

fn start() -> AuditEvent {
    let object = Object::new(ObjectKind::Server, "samovar");
    AuditEvent::new(
        NOW,
        Principal::System(SystemJob::Server),
        Action::ServerStart,
        object,
    )
}
