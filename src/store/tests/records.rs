//! The bytes of stored records: pinned by a golden file with every kind and every variant, and read back from it.
//!
//! `SAMOVAR_BLESS=1 cargo test --lib stored_records` renews the file. A line that changes or goes is a record that state
//! folders have and the next version may not read: it needs a new form or a default, and a test below.

use super::*;
use crate::model::*;
use crate::store::StoreSnapshot;
use crate::store::tables::RECORD_TABLES;
use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use redb::{ReadableDatabase, ReadableTable, TableHandle};
use secrecy::ExposeSecret;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/records.txt");

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600 + seconds)
}

fn text(text: &str) -> DisplayText {
    DisplayText::lossy(text)
}

fn roles() -> Vec<Role> {
    vec![Role {
        id: RoleId::from_bytes([1; 16]),
        name: parsed("deployer"),
        description: text("Deploys \"board\""),
        permissions: [parsed("deployments:*"), parsed("samovar.roles:read")].into(),
        built_in: false,
        version: 3,
    }]
}

fn role_bindings() -> Vec<RoleBinding> {
    let id = |number: i64| number.try_into().unwrap();
    let organization = BindingSubject::Organization { id: id(2) };
    let owners = BindingSubject::OrganizationOwners { id: id(2) };
    let group = BindingSubject::ProviderGroup {
        provider: parsed("okta"),
        name: parsed("Readers"),
    };
    let machine = ServiceAccountId::from_bytes([4; 16]);
    let application = Range::Application {
        id: ApplicationId::from_bytes([3; 16]),
    };
    let repositories = Range::Repositories {
        organization: id(2),
        repositories: parsed("board-*"),
    };
    let subjects = [
        (organization, Range::Everywhere),
        (owners, application),
        (
            BindingSubject::Team {
                id: 7.try_into().unwrap(),
            },
            repositories,
        ),
        (group, Range::Everywhere),
        (BindingSubject::User { id: user(1) }, Range::Everywhere),
        (
            BindingSubject::ServiceAccount { id: machine },
            Range::Everywhere,
        ),
    ];
    let bindings = (1_u8..)
        .zip(subjects)
        .map(|(number, (subject, range))| RoleBinding {
            id: RoleBindingId::from_bytes([number; 16]),
            role: RoleId::from_bytes([1; 16]),
            subject,
            range,
            until: (number == 1).then(|| at(60)),
            version: u64::from(number),
        });
    bindings.collect()
}

fn route(path: &str, requirement: Requirement, level: Option<RepositoryLevel>) -> Route {
    Route {
        methods: parsed("GET,POST"),
        path: parsed(path),
        requirement,
        repository: level.map(|level| RepositoryRequirement { level }),
        encoded_slash: true,
        secret_parameters: BTreeSet::new(),
        semicolon: true,
    }
}

fn application(number: u8, audit: AuditMode, authorization: AuthorizationOwner) -> Application {
    Application {
        id: ApplicationId::from_bytes([number; 16]),
        name: parsed(&format!("board-{number}")),
        hosts: [parsed("board.example.com:8443")].into(),
        routes: Vec::new(),
        identity_headers: BTreeSet::new(),
        authorization,
        origins: BTreeSet::new(),
        audit,
        tokens: TokenSettings::default(),
        named_at: at(0),
        proxy_secret: ProxySecret::default(),
        version: 1,
    }
}

fn applications() -> Vec<Application> {
    let permissions = Requirement::Permissions([parsed("deployments:write")].into());
    let mut link = route("/link/{token}", Requirement::Public, None);
    link.secret_parameters = ["token".to_owned()].into();
    let gitea_tokens = GiteaTokens {
        personal: true,
        oauth_clients: [parsed("0190a5e2-7c1b-4b5e-9f00-3d5c6b7a8e9f")].into(),
    };
    let whole = Application {
        routes: vec![
            link,
            route("/", Requirement::SignedIn, Some(RepositoryLevel::Read)),
            route("/a/**", permissions, Some(RepositoryLevel::Write)),
            route("/b", Requirement::SignedIn, Some(RepositoryLevel::Admin)),
        ],
        identity_headers: IdentityHeader::ALL.into(),
        origins: [parsed("https://ui.example.com")].into(),
        tokens: TokenSettings {
            signing: SigningAlgorithm::Es256,
            lifetime: 120,
            gitea_tokens,
            exchange_from: [ApplicationId::from_bytes([4; 16])].into(),
            assertion: true,
        },
        proxy_secret: ProxySecret {
            generation: 2,
            previous_until: at(600),
        },
        ..application(3, AuditMode::Every, AuthorizationOwner::Samovar)
    };
    vec![
        whole,
        application(4, AuditMode::FirstInWindow, AuthorizationOwner::Application),
        application(5, AuditMode::Denials, AuthorizationOwner::Application),
    ]
}

fn users() -> Vec<User> {
    let identity = |provider: &str, subject: &str| Identity {
        provider: parsed(provider),
        subject: parsed(subject),
    };
    let claims = Claims {
        full_name: text("Ana"),
        email: text("ana@acme.example"),
        groups: [parsed("Readers")].into(),
        groups_may_be_cut: true,
        at: at(1),
    };
    let of_gitea = User {
        id: user(1),
        identities: vec![identity("gitea", "7"), identity("okta", "00u7")],
        gitea: Some(7.try_into().unwrap()),
        login: text("cleo"),
        claims: None,
        created_at: at(0),
    };
    let external = User {
        id: user(2),
        identities: vec![identity("okta", "00u1")],
        gitea: None,
        login: text("ana"),
        claims: Some(claims),
        ..of_gitea.clone()
    };
    vec![of_gitea, external]
}

fn sessions() -> Vec<Session> {
    let sign_in = ProviderSession {
        subject: parsed("00u1"),
        sid: Some("sid-1".to_owned()),
        id_token: Some(Arc::new(Sealed::new(vec![1, 2, 3]))),
    };
    let parent = Session {
        provider: Some(parsed("okta")),
        provider_session: Some(sign_in),
        address: Some("192.0.2.7".parse().unwrap()),
        ..session(1)
    };
    let child = Session {
        place: SessionPlace::Application {
            application: ApplicationId::from_bytes([3; 16]),
            host: parsed("board.example.com:8443"),
            parent: parent.id,
        },
        provider_session: Some(ProviderSession {
            subject: parsed("00u1"),
            sid: None,
            id_token: None,
        }),
        ..session(2)
    };
    let principals = [
        Principal::ServiceAccount(ServiceAccountId::from_bytes([4; 16])),
        Principal::LocalOperator,
        Principal::System(SystemJob::Mirror),
        Principal::System(SystemJob::Housekeeping),
        Principal::System(SystemJob::Server),
        Principal::System(SystemJob::BackChannelLogout),
        Principal::Anonymous,
    ];
    let others = (3..).zip(principals).map(|(number, principal)| Session {
        principal,
        ..session(number)
    });
    [parent, child].into_iter().chain(others).collect()
}

fn secrets() -> Vec<StoredSecret> {
    let key = serde_json::from_value(serde_json::json!(vec![9; 32])).unwrap();
    vec![StoredSecret {
        id: SecretId::from_bytes([6; 16]),
        key,
        hint: "smva_abcd".to_owned(),
        created_at: at(0),
        expires_at: at(900),
        last_used_at: Some(at(10)),
    }]
}

fn service_accounts() -> Vec<ServiceAccount> {
    let of_team = ServiceAccount {
        id: ServiceAccountId::from_bytes([4; 16]),
        name: parsed("ci"),
        description: text("Deploys"),
        owner: Owner::Team {
            id: 3.try_into().unwrap(),
        },
        enabled: true,
        secrets: secrets(),
        trusts: vec![WorkloadTrust {
            issuer: parsed("https://git.example.com/api/actions"),
            audience: "samovar".to_owned(),
            claims: [("repository".to_owned(), "acme/board".to_owned())].into(),
        }],
        created_at: at(0),
        version: 1,
    };
    let of_user = ServiceAccount {
        id: ServiceAccountId::from_bytes([5; 16]),
        owner: Owner::User { id: user(1) },
        secrets: Vec::new(),
        trusts: Vec::new(),
        ..of_team.clone()
    };
    vec![of_team, of_user]
}

fn clients() -> Vec<Client> {
    let public = Client {
        id: ClientId::from_bytes([7; 16]),
        name: parsed("board-ui"),
        application: None,
        kind: ClientKind::Public,
        redirect_uris: [parsed("https://board.example.com/callback")].into(),
        first_party: true,
        refresh_tokens: false,
        secrets: Vec::new(),
        version: 1,
    };
    let confidential = Client {
        id: ClientId::from_bytes([8; 16]),
        application: Some(ApplicationId::from_bytes([3; 16])),
        kind: ClientKind::Confidential,
        secrets: secrets(),
        ..public.clone()
    };
    vec![public, confidential]
}

fn grants() -> Vec<Grant> {
    vec![Grant {
        id: GrantId::from_bytes([9; 16]),
        user: user(1),
        client: ClientId::from_bytes([7; 16]),
        application: Some(ApplicationId::from_bytes([3; 16])),
        scope: parsed("deployments:read gitea.repository:write"),
        created_at: at(0),
        ends_at: at(900),
        generation: 2,
        rotated_at: at(10),
        address: Some("2001:db8::7".parse().unwrap()),
        user_agent: text("curl/8"),
    }]
}

fn signing_keys() -> Vec<SigningKey> {
    let keys = (1_u8..).zip(SigningAlgorithm::ALL);
    let keys = keys.map(|(number, algorithm)| SigningKey {
        id: KeyId::from_bytes([number; 16]),
        algorithm,
        private: Sealed::new(vec![number; 5]),
        made_at: at(0),
        signs_from: at(60),
    });
    keys.collect()
}

/// In the order of their keys on disk.
fn revocations() -> Vec<Revocation> {
    let id = TokenId::from_bytes([2; 16]);
    let principal = Principal::User(user(1));
    let revoked = [
        RevokedObject::ExternalToken { digest: [5; 32] },
        RevokedObject::Token { id },
        RevokedObject::Principal { principal },
    ];
    let revocations = revoked.map(|revoked| Revocation {
        revoked,
        at: at(0),
        until: at(600),
    });
    revocations.into()
}

fn samples() -> StoreSnapshot {
    StoreSnapshot {
        roles: roles(),
        role_bindings: role_bindings(),
        applications: applications(),
        users: users(),
        mirrored_users: vec![mirrored_user(7)],
        mirrored_organizations: vec![MirroredOrganization {
            organization: Organization {
                id: 2.try_into().unwrap(),
                name: parsed("acme"),
                full_name: text("Acme"),
            },
            asked_at: at(0),
        }],
        mirrored_teams: vec![mirrored_team(3)],
        sessions: sessions(),
        service_accounts: service_accounts(),
        clients: clients(),
        grants: grants(),
        signing_keys: signing_keys(),
        revocations: revocations(),
        break_glass: Some(HASH.into()),
        ..StoreSnapshot::default()
    }
}

fn put_all(snapshot: StoreSnapshot) -> Change {
    use Operation as O;
    let StoreSnapshot {
        roles,
        role_bindings,
        applications,
        users,
        ..
    } = snapshot;
    let any = Precondition::None;
    let policy = (roles.into_iter().map(|r| O::PutRole(r, any)))
        .chain(role_bindings.into_iter().map(|b| O::PutRoleBinding(b, any)))
        .chain(applications.into_iter().map(|a| O::PutApplication(a, any)));
    let organizations = snapshot.mirrored_organizations.into_iter();
    let directory = (users.into_iter().map(O::PutUser))
        .chain(snapshot.mirrored_users.into_iter().map(O::PutMirroredUser))
        .chain(organizations.map(O::PutMirroredOrganization))
        .chain(snapshot.mirrored_teams.into_iter().map(O::PutMirroredTeam));
    let accounts = snapshot.service_accounts.into_iter();
    let others = (accounts.map(|a| O::PutServiceAccount(a, any)))
        .chain(snapshot.clients.into_iter().map(|c| O::PutClient(c, any)))
        .chain(snapshot.grants.into_iter().map(|g| O::PutGrant(g, any)))
        .chain(snapshot.sessions.into_iter().map(O::PutSession))
        .chain(snapshot.signing_keys.into_iter().map(O::PutSigningKey))
        .chain(snapshot.revocations.into_iter().map(O::PutRevocation))
        .chain(snapshot.break_glass.into_iter().map(O::PutBreakGlass));
    policy.chain(directory).chain(others).collect()
}

/// One line for each stored row: table, key, form, JSON.
fn lines(store: &Store) -> String {
    let reading = store.0.shared.database.begin_read().unwrap();
    let mut lines = String::new();
    for table in RECORD_TABLES {
        for row in reading.open_table(*table).unwrap().iter().unwrap() {
            let (key, value) = row.unwrap();
            let (form, json) = value.value().split_first().unwrap();
            let (key, json) = (HEX.encode(key.value()), str::from_utf8(json).unwrap());
            writeln!(lines, "{} {key} {form} {json}", table.name()).unwrap();
        }
    }
    lines
}

/// The store of a folder that holds exactly these rows.
fn load(lines: &str) -> Result<StoreSnapshot, StoreError> {
    let folder = StateFolder::new();
    let store = folder.open();
    let transaction = store.0.shared.database.begin_write().unwrap();
    for line in lines.lines() {
        let [table, key, form, json] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let mut tables = RECORD_TABLES.iter();
        let table = tables.find(|known| known.name() == table).unwrap();
        let key = HEX.decode(key.as_bytes()).unwrap();
        let value = [&[form.parse::<u8>().unwrap()], json.as_bytes()].concat();
        let mut table = transaction.open_table(*table).unwrap();
        table.insert(key.as_slice(), value.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
    store.load()
}

#[tokio::test]
async fn stored_records_are_the_golden_ones() {
    let folder = StateFolder::new();
    let store = folder.open();
    store.commit(put_all(samples()), event(1, 1)).await.unwrap();
    let written = lines(&store);
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        std::fs::write(GOLDEN, &written).unwrap();
    }
    assert_eq!(
        written,
        std::fs::read_to_string(GOLDEN).unwrap(),
        "to renew it: SAMOVAR_BLESS=1 cargo test --lib stored_records"
    );
    for table in RECORD_TABLES {
        assert!(written.contains(&format!("{} ", table.name())), "{table}");
    }
}

#[test]
fn golden_records_are_read_back() {
    let read = load(&std::fs::read_to_string(GOLDEN).unwrap()).unwrap();
    assert_eq!(format!("{read:#?}"), format!("{:#?}", samples()));
    assert_eq!(read.break_glass.unwrap().expose_secret(), HASH);
}

#[test]
fn application_of_an_earlier_version_gets_the_defaults() {
    let line = |tokens: &str| {
        let route = r#"{"methods":"*","path":"/","requirement":"public","repository":null,"encoded_slash":false}"#;
        format!(
            r#"applications 03 1 {{"id":"03030303-0303-0303-0303-030303030303","name":"board-3","hosts":["board.example.com:8443"],"routes":[{route}],"identity_headers":[],"authorization":"samovar","origins":[],"audit":"every"{tokens},"version":1}}"#
        )
    };
    let expected = Application {
        routes: vec![Route {
            methods: parsed("*"),
            encoded_slash: false,
            semicolon: false,
            ..route("/", Requirement::Public, None)
        }],
        named_at: Timestamp::ZERO,
        tokens: TokenSettings {
            signing: SigningAlgorithm::EdDsa,
            lifetime: 300,
            gitea_tokens: GiteaTokens {
                personal: false,
                oauth_clients: BTreeSet::new(),
            },
            exchange_from: BTreeSet::new(),
            assertion: false,
        },
        ..application(3, AuditMode::Every, AuthorizationOwner::Samovar)
    };
    assert_eq!(load(&line("")).unwrap().applications, [expected.clone()]);
    let tokens = |gitea: &str| {
        let settings = r#""signing":"EdDSA","lifetime":300,"exchange_from":[],"assertion":false"#;
        load(&line(&format!(
            r#","tokens":{{{settings},"gitea_tokens":{gitea}}}"#
        )))
    };
    // Earlier versions stored whether tokens of any client were accepted. Which clients were meant is unknown.
    for earlier in ["false", "true"] {
        assert_eq!(tokens(earlier).unwrap().applications, [expected.clone()]);
    }
    for invalid in ["null", "1", "{}", r#""true""#] {
        assert!(tokens(invalid).is_err(), "{invalid}");
    }
}

#[test]
fn unverified_address_of_an_earlier_version_is_not_read() {
    let line = |member: &str| {
        format!(
            r#"users 02 1 {{"id":"02020202-0202-0202-0202-020202020202","identities":[{{"provider":"okta","subject":"00u1"}}],"gitea":null,"login":"ana","claims":{{"full_name":"Ana","{member}":"ana@acme.example","groups":["Readers"],"groups_may_be_cut":true,"at":1767225601000}},"created_at":1767225600000}}"#
        )
    };
    let [_, mut expected] = <[User; 2]>::try_from(users()).unwrap();
    assert_eq!(
        load(&line("verified_email")).unwrap().users,
        [expected.clone()]
    );
    expected.claims.as_mut().unwrap().email = text("");
    assert_eq!(load(&line("email")).unwrap().users, [expected]);
}
