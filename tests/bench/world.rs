//! The world of the benchmark, written into a store as the server would have written it.

use samovar::app::Capabilities;
use samovar::audit::{Action, AuditEvent, Object, ObjectKind};
use samovar::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, BindingSubject, DisplayText,
    GiteaUser, GiteaUserId, Identity, IdentityHeader, MachineSecret, MachineSecretKind,
    MirroredOrganization, MirroredTeam, MirroredUser, Organization, Owner, Principal, Random,
    Range, Requirement, Role, RoleBinding, RoleBindingId, RoleId, Route, SecretId, ServiceAccount,
    ServiceAccountId, Session, SessionId, SessionPlace, SessionSecret, StoredSecret, Team, TeamId,
    Timestamp, User, UserId,
};
use samovar::store::{Change, Operation, Precondition, Store};
use samovar::token::SealKey;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

pub const OWN: &str = "http://127.0.0.2:8700";
pub const HOST: &str = "app-3.bench.test";
pub const TARGET: &str = "/resource-17/4711/details?page=2";
pub const AUDIENCE: &str = "application-3";

/// What the server's secrets are sealed with.
const SEAL_KEY: [u8; 32] = *b"0123456789abcdef0123456789abcdef";

const USERS: i64 = 5_000;
const ORGANIZATIONS: i64 = 200;
const TEAMS: i64 = 1_000;
const ROLES: u32 = 30;
const APPLICATIONS: u32 = 10;
const ROUTES: u32 = 30;

/// Whose session asks.
const CALLER: i64 = 42;

struct Same;

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// The session's secret at the application.
pub fn secret() -> SessionSecret {
    SessionSecret::generate(&Same)
}

/// The machine's id, and its secret.
pub fn machine() -> (ServiceAccountId, MachineSecret) {
    let id = ServiceAccountId::from_bytes(id(6, 1));
    let secret = MachineSecret::generate(MachineSecretKind::ServiceAccount, &Same);
    (id, secret)
}

/// The seal key as the configuration wants it.
pub fn seal_key() -> String {
    data_encoding::BASE64.encode(&SEAL_KEY)
}

fn id(kind: u8, number: u32) -> [u8; 16] {
    let mut bytes = [kind; 16];
    bytes
        .iter_mut()
        .skip(12)
        .zip(number.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    bytes
}

fn text(words: &str) -> DisplayText {
    DisplayText::lossy(words)
}

fn user_id(number: i64) -> UserId {
    UserId::from_bytes(id(1, u32::try_from(number).unwrap()))
}

fn gitea_user(number: i64) -> GiteaUserId {
    GiteaUserId::try_from(number).unwrap()
}

/// Makes the store.
pub fn fill(folder: &Path) {
    let capabilities = Capabilities::real();
    let now = capabilities.clock.now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(folder, capabilities.random).unwrap();
        let people = (1..=USERS).flat_map(|number| person(number, now));
        let change: Change = people
            .chain(groups(now))
            .chain(policy())
            .chain(sessions(now))
            .chain(service_account(now))
            .collect();
        store.commit(change, event(now)).await.unwrap();
        store.close().await.unwrap();
    });
}

fn person(number: i64, now: Timestamp) -> [Operation; 2] {
    let login = format!("person-{number}");
    let account = GiteaUser {
        id: gitea_user(number),
        login: login.parse().unwrap(),
        full_name: text("A Person"),
        email: text("person@bench.test"),
        active: true,
        prohibit_login: false,
        is_admin: false,
        source_id: 0,
        login_name: text(""),
    };
    let user = User {
        id: user_id(number),
        identities: vec![Identity {
            provider: "gitea".parse().unwrap(),
            subject: gitea_user(number).into(),
        }],
        gitea: Some(gitea_user(number)),
        login: text(&login),
        claims: None,
        created_at: now,
    };
    let mirrored = MirroredUser {
        account,
        gone: false,
        asked_at: now,
    };
    [
        Operation::PutUser(user),
        Operation::PutMirroredUser(mirrored),
    ]
}

fn groups(now: Timestamp) -> impl Iterator<Item = Operation> {
    let organization = move |number: i64| {
        let organization = Organization {
            id: (USERS + number).try_into().unwrap(),
            name: format!("organization-{number}").parse().unwrap(),
            full_name: text(""),
        };
        Operation::PutMirroredOrganization(MirroredOrganization {
            organization,
            asked_at: now,
        })
    };
    let team = move |number: i64| {
        let team = Team {
            id: number.try_into().unwrap(),
            organization: (USERS + 1 + number % ORGANIZATIONS).try_into().unwrap(),
            name: text(&format!("team-{number}")),
            owners: false,
        };
        // Twenty members each, so that everybody is in four teams.
        let members = (0..20).map(|seat| gitea_user(1 + (number * 20 + seat) % USERS));
        let members = members.collect();
        Operation::PutMirroredTeam(MirroredTeam {
            team,
            members,
            asked_at: now,
        })
    };
    (1..=ORGANIZATIONS)
        .map(organization)
        .chain((1..=TEAMS).map(team))
}

fn policy() -> impl Iterator<Item = Operation> {
    let role = |number: u32| {
        let role = Role {
            id: RoleId::from_bytes(id(2, number)),
            name: format!("role-{number}").parse().unwrap(),
            description: text(""),
            permissions: BTreeSet::from([format!("resource-{number}:*").parse().unwrap()]),
            built_in: false,
            version: 1,
        };
        Operation::PutRole(role, Precondition::Absent)
    };
    let binding = |number: u32| {
        // The caller's teams are bound to the role of the route that is asked for.
        let team = 1 + i64::from(number) % TEAMS;
        let role = if number < 1_000 { 17 } else { number % ROLES };
        let binding = RoleBinding {
            id: RoleBindingId::from_bytes(id(3, number)),
            role: RoleId::from_bytes(id(2, role)),
            subject: BindingSubject::Team {
                id: TeamId::try_from(team).unwrap(),
            },
            range: Range::Everywhere,
            until: None,
            version: 1,
        };
        Operation::PutRoleBinding(binding, Precondition::Absent)
    };
    let application = |number| Operation::PutApplication(application(number), Precondition::Absent);
    (0..ROLES)
        .map(role)
        .chain((0..2_000).map(binding))
        .chain((0..APPLICATIONS).map(application))
}

fn application(number: u32) -> Application {
    let route = |number: u32| {
        let permission = format!("resource-{number}:use").parse().unwrap();
        Route {
            methods: "*".parse().unwrap(),
            path: format!("/resource-{number}/{{id}}/**").parse().unwrap(),
            requirement: Requirement::Permissions(BTreeSet::from([permission])),
            repository: None,
            encoded_slash: false,
            secret_parameters: std::collections::BTreeSet::new(),
            semicolon: false,
        }
    };
    Application {
        id: ApplicationId::from_bytes(id(4, number)),
        name: format!("application-{number}").parse().unwrap(),
        hosts: BTreeSet::from([format!("app-{number}.bench.test").parse().unwrap()]),
        routes: (0..ROUTES).map(route).collect(),
        identity_headers: IdentityHeader::ALL.into_iter().collect(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: samovar::model::TokenSettings::default(),
        named_at: samovar::model::Timestamp::ZERO,
        proxy_secret: samovar::model::ProxySecret::default(),
        version: 1,
    }
}

fn sessions(now: Timestamp) -> [Operation; 2] {
    let parent = SessionId::from_bytes(id(5, 1));
    let session = |id, key, place| Session {
        id,
        key,
        principal: Principal::User(user_id(CALLER)),
        place,
        provider: Some("gitea".parse().unwrap()),
        provider_session: None,
        created_at: now,
        last_seen_at: now,
        ends_at: now.plus(Duration::from_secs(86_400)),
        address: None,
        user_agent: text("bench"),
    };
    let place = SessionPlace::Application {
        application: ApplicationId::from_bytes(id(4, 3)),
        host: HOST.parse().unwrap(),
        parent,
    };
    let own = SessionSecret::generate(&*Capabilities::real().random).key();
    [
        Operation::PutSession(session(parent, own, SessionPlace::Samovar)),
        Operation::PutSession(session(
            SessionId::from_bytes(id(5, 2)),
            secret().key(),
            place,
        )),
    ]
}

/// A machine of the first team, with the role of the route that is asked for.
fn service_account(now: Timestamp) -> [Operation; 2] {
    let (account, secret) = machine();
    let record = StoredSecret {
        id: SecretId::from_bytes(id(7, 1)),
        key: secret.key(&SealKey::new(SEAL_KEY).machine_secrets()),
        hint: secret.hint(),
        created_at: now,
        expires_at: now.plus(Duration::from_secs(86_400)),
        last_used_at: None,
    };
    let binding = RoleBinding {
        id: RoleBindingId::from_bytes(id(3, 9_999)),
        role: RoleId::from_bytes(id(2, 17)),
        subject: BindingSubject::ServiceAccount { id: account },
        range: Range::Everywhere,
        until: None,
        version: 1,
    };
    let account = ServiceAccount {
        id: account,
        name: "bench".parse().unwrap(),
        description: text(""),
        owner: Owner::Team {
            id: TeamId::try_from(1).unwrap(),
        },
        enabled: true,
        secrets: vec![record],
        trusts: Vec::new(),
        created_at: now,
        version: 1,
    };
    [
        Operation::PutRoleBinding(binding, Precondition::Absent),
        Operation::PutServiceAccount(account, Precondition::Absent),
    ]
}

fn event(now: Timestamp) -> AuditEvent {
    let object = Object::new(ObjectKind::Server, "bench");
    AuditEvent::new(now, Principal::LocalOperator, Action::ServerStart, object)
}
