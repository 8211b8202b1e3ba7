//! Samples of every stored type, with every variant and every optional member.

use super::*;
use crate::model::*;
use crate::store::StoreSnapshot;
use std::collections::BTreeSet;

/// The hash of the break-glass password.
pub(super) const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600 + seconds)
}

pub(super) fn text(text: &str) -> DisplayText {
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

pub(super) fn route(path: &str, requirement: Requirement, level: Option<RepositoryLevel>) -> Route {
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

pub(super) fn application(
    number: u8,
    audit: AuditMode,
    authorization: AuthorizationOwner,
) -> Application {
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

pub(super) fn users() -> Vec<User> {
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

pub(super) fn samples() -> StoreSnapshot {
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
