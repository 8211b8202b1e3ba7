//! People, policies and keys for this folder's tests.

use super::Sources;
use crate::access::credentials::AuthenticatedPrincipal;
use crate::model::*;
use crate::policy::{Policy, built_in_roles};
use crate::store::Store;
use crate::token::{self, SealKey, Tokens};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

pub(super) fn user(login: &str) -> DirectoryUser {
    DirectoryUser {
        id: UserId::from_bytes([1; 16]),
        account: UserAccount::Gitea(GiteaUserId::try_from(7).unwrap()),
        login: DisplayText::lossy(login),
        full_name: DisplayText::lossy(""),
        email: DisplayText::lossy(""),
        enabled: true,
        site_administrator: false,
        teams: Vec::new(),
        organizations: Vec::new(),
        owner_of: Vec::new(),
        freshness: Timestamp::ZERO,
    }
}

pub(super) fn directory(version: u64, login: &str) -> Directory {
    directory_of(version, user(login))
}

/// With one person in it.
pub(super) fn directory_of(version: u64, user: DirectoryUser) -> Directory {
    Directory {
        version,
        users: [(user.id, Arc::new(user))].into(),
        ..Directory::default()
    }
}

/// A role, and what it holds.
pub(super) type Holding = (String, BTreeSet<PermissionPattern>);

/// Every role given to the first subject, and the first role to every subject.
pub(super) fn granting(
    version: u64,
    roles: &[Holding],
    subjects: &[BindingSubject],
    until: Option<Timestamp>,
) -> Policy {
    let id = |number: usize| (number as u128).to_be_bytes();
    let role = |number: usize| RoleId::from_bytes(id(number + 1000));
    let pairs = (1..roles.len()).map(|number| (number, &subjects[0]));
    let pairs = pairs.chain(subjects.iter().map(|subject| (0, subject)));
    let bindings = pairs
        .enumerate()
        .map(|(at, (number, subject))| RoleBinding {
            id: RoleBindingId::from_bytes(id(at)),
            role: role(number),
            subject: subject.clone(),
            range: Range::Everywhere,
            until,
            version: 1,
        });
    let own = roles.iter().enumerate().map(|(number, (name, held))| Role {
        id: role(number),
        name: name.parse().unwrap(),
        description: DisplayText::lossy(""),
        permissions: held.clone(),
        built_in: false,
        version: 1,
    });
    let all = built_in_roles().unwrap().into_iter().chain(own);
    Policy::build(version, all.collect(), bindings.collect(), Vec::new()).unwrap()
}

/// A role with these permissions.
pub(super) fn holding(name: &str, permissions: &[&str]) -> Holding {
    let held = permissions.iter().map(|text| text.parse().unwrap());
    (name.to_owned(), held.collect())
}

/// The person of [`user`].
pub(super) fn person() -> BindingSubject {
    BindingSubject::User {
        id: UserId::from_bytes([1; 16]),
    }
}

/// One role, given to the person until 100 s.
pub(super) fn policy() -> Policy {
    let deployer = holding("deployer", &["deployments:write"]);
    granting(
        1,
        &[deployer],
        &[person()],
        Some(Timestamp::from_seconds(100)),
    )
}

pub(super) fn application() -> Application {
    Application {
        id: ApplicationId::from_bytes([2; 16]),
        name: "deploy-api".parse().unwrap(),
        hosts: BTreeSet::new(),
        routes: Vec::new(),
        identity_headers: [IdentityHeader::User, IdentityHeader::Roles].into(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: TokenSettings {
            assertion: true,
            ..TokenSettings::default()
        },
        named_at: Timestamp::ZERO,
        proxy_secret: crate::model::ProxySecret::default(),
        version: 1,
    }
}

pub(super) fn machine(name: &str) -> AuthenticatedPrincipal {
    let id = ServiceAccountId::from_bytes([8; 16]);
    AuthenticatedPrincipal {
        machine: Some((name.parse().unwrap(), true)),
        ..AuthenticatedPrincipal::unlimited(Principal::ServiceAccount(id), None)
    }
}

/// At [`NOW`].
pub(super) fn sources<'a>(
    policy: &'a Policy,
    directory: &'a Directory,
    application: &'a Application,
) -> Sources<'a> {
    Sources {
        policy,
        directory,
        application,
        now: NOW,
    }
}

/// A caller with a session.
pub(super) fn known(user: DirectoryUser) -> AuthenticatedPrincipal {
    AuthenticatedPrincipal::unlimited(Principal::User(user.id), Some(Arc::new(user)))
}

/// A user of another provider in these groups.
pub(super) fn stranger(provider: &str, login: &str, groups: &[GroupName]) -> DirectoryUser {
    let provider: ProviderId = provider.parse().unwrap();
    let groups = groups.iter().map(|name| (provider.clone(), name.clone()));
    DirectoryUser {
        account: UserAccount::External(ExternalUser {
            groups: groups.collect(),
            provider,
            groups_may_be_cut: false,
        }),
        ..user(login)
    }
}

/// A clock that stands at [`NOW`], and numbers that never come twice.
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Random for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        let pattern = number.iter().rev().cycle();
        let places = bytes.iter_mut().rev().zip(pattern);
        places.for_each(|(to, from)| *to = *from);
    }
}

/// A person whose account is not enabled.
pub(super) fn disabled(login: &str) -> DirectoryUser {
    DirectoryUser {
        enabled: false,
        ..user(login)
    }
}

/// Gitea's id of the team of [`with_team`].
pub(super) const TEAM: i64 = 7;

/// The directory with the team `acme/Deployers` of this id.
pub(super) fn with_team(directory: Directory, id: i64) -> Directory {
    let organization = OrganizationId::try_from(3).unwrap();
    let acme = Organization {
        id: organization,
        name: "acme".parse().unwrap(),
        full_name: DisplayText::lossy(""),
    };
    let team = Team {
        id: id.try_into().unwrap(),
        organization,
        name: DisplayText::lossy("Deployers"),
        owners: false,
    };
    let team = DirectoryTeam {
        members: directory.users.keys().copied().collect(),
        team,
    };
    Directory {
        organizations: [(organization, Arc::new(acme))].into(),
        teams: [(team.team.id, Arc::new(team))].into(),
        ..directory
    }
}

/// A route that asks for one permission.
pub(super) fn route(permission: &str) -> Route {
    Route {
        methods: MethodSet::default(),
        path: format!("/{}", permission.replace(':', "/"))
            .parse()
            .unwrap(),
        requirement: Requirement::Permissions([permission.parse().unwrap()].into()),
        repository: None,
        encoded_slash: false,
        secret_parameters: std::collections::BTreeSet::new(),
        semicolon: false,
    }
}

/// Every role given to the subject in this application.
pub(super) fn granting_in(
    application: &Application,
    roles: &[Holding],
    subject: &BindingSubject,
) -> Policy {
    let base = granting(1, roles, std::slice::from_ref(subject), None);
    let (roles, bindings) = (base.roles().cloned(), base.role_bindings().cloned());
    let here = vec![application.clone()];
    Policy::build(1, roles.collect(), bindings.collect(), here).unwrap()
}

/// Real keys, over a store in a folder of its own.
pub(super) struct Keys {
    pub tokens: Arc<Tokens>,
    _folder: TempDir,
}

impl Keys {
    pub(super) async fn open() -> Self {
        let hands = Arc::new(Hands(AtomicU64::new(1)));
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Arc::clone(&hands) as _).unwrap();
        let capabilities = Capabilities {
            clock: Arc::clone(&hands) as _,
            random: Arc::clone(&hands) as _,
        };
        let settings = token::Settings {
            // As long as a host can be.
            issuer: format!("https://{}", "samovar.".repeat(31) + "test"),
            key_rotation: Duration::from_secs(30 * 24 * 60 * 60),
            workload_issuers: BTreeSet::new(),
        };
        let (seal, snapshot) = (SealKey::new([7; 32]), store.load().unwrap());
        let opened = token::open(&store, &capabilities, &seal, settings, &snapshot).unwrap();
        opened.tokens.keys().rotate_due().await.unwrap();
        Self {
            tokens: opened.tokens,
            _folder: folder,
        }
    }

    /// Replaces the key, as after a leak.
    pub(super) async fn replace(&self, algorithm: SigningAlgorithm) {
        let event = token::testing::event(NOW);
        self.tokens.keys().replace(algorithm, event).await.unwrap();
    }
}
