//! The example policy and directory of the decision tests, and helpers for requests.

use super::super::*;
use crate::model::*;

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_000_000);

pub(super) fn permissions(list: &[&str]) -> Requirement {
    Requirement::Permissions(list.iter().map(|p| p.parse().unwrap()).collect())
}

pub(super) fn route(
    methods: &str,
    path: &str,
    requirement: Requirement,
    repository: Option<RepositoryLevel>,
) -> Route {
    Route {
        methods: methods.parse().unwrap(),
        path: path.parse().unwrap(),
        requirement,
        repository: repository.map(|level| RepositoryRequirement { level }),
        encoded_slash: path.starts_with("/packages/"),
        secret_parameters: std::collections::BTreeSet::new(),
        semicolon: path.starts_with("/packages/"),
    }
}

pub(super) fn application() -> Application {
    Application {
        id: ApplicationId::from_bytes([1; 16]),
        name: "deploy-api".parse().unwrap(),
        hosts: ["deploy.example.com".parse().unwrap()].into(),
        routes: vec![
            route("GET", "/health", Requirement::Public, None),
            route("GET", "/me", Requirement::SignedIn, None),
            route(
                "GET",
                "/deployments/**",
                permissions(&["deployments:read"]),
                None,
            ),
            route(
                "POST",
                "/deployments",
                permissions(&["deployments:write"]),
                None,
            ),
            route(
                "DELETE",
                "/deployments/{id}",
                permissions(&["deployments:write", "deployments:delete"]),
                None,
            ),
            route(
                "POST",
                "/deploy/{owner}/{repo}",
                permissions(&["deployments:write"]),
                Some(RepositoryLevel::Write),
            ),
            route(
                "GET",
                "/code/{owner}/{repo}",
                Requirement::SignedIn,
                Some(RepositoryLevel::Read),
            ),
            route("GET", "/packages/{name}", Requirement::SignedIn, None),
        ],
        identity_headers: IdentityHeader::ALL.into(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: crate::model::TokenSettings::default(),
        named_at: crate::model::Timestamp::ZERO,
        proxy_secret: crate::model::ProxySecret::default(),
        version: 1,
    }
}

pub(super) fn role(byte: u8, name: &str, list: &[&str]) -> Role {
    Role {
        id: RoleId::from_bytes([byte; 16]),
        name: name.parse().unwrap(),
        description: DisplayText::lossy(""),
        permissions: list.iter().map(|p| p.parse().unwrap()).collect(),
        built_in: false,
        version: 1,
    }
}

pub(super) fn binding(byte: u8, role: u8, subject: BindingSubject, range: Range) -> RoleBinding {
    let (id, role) = (
        RoleBindingId::from_bytes([byte; 16]),
        RoleId::from_bytes([role; 16]),
    );
    RoleBinding {
        id,
        role,
        subject,
        range,
        until: None,
        version: 1,
    }
}

pub(super) fn team(id: i64) -> TeamId {
    TeamId::try_from(id).unwrap()
}

pub(super) fn organization(id: i64) -> OrganizationId {
    OrganizationId::try_from(id).unwrap()
}

pub(super) fn acme_sites() -> Range {
    Range::Repositories {
        organization: organization(9),
        repositories: "site-*".parse().unwrap(),
    }
}

/// Readers by organization, deployers by team, one person by repository range, owners for everything.
pub(super) fn bindings() -> Vec<RoleBinding> {
    vec![
        binding(
            1,
            1,
            BindingSubject::Organization {
                id: organization(9),
            },
            Range::Everywhere,
        ),
        binding(
            2,
            2,
            BindingSubject::Team { id: team(3) },
            Range::Application {
                id: ApplicationId::from_bytes([1; 16]),
            },
        ),
        binding(
            3,
            2,
            BindingSubject::User {
                id: UserId::from_bytes([5; 16]),
            },
            acme_sites(),
        ),
        binding(
            4,
            3,
            BindingSubject::OrganizationOwners {
                id: organization(9),
            },
            Range::Everywhere,
        ),
    ]
}

pub(super) fn roles() -> Vec<Role> {
    vec![
        role(1, "reader", &["deployments:read"]),
        role(2, "deployer", &["deployments:read", "deployments:write"]),
        role(3, "owner", &["deployments:*"]),
    ]
}

pub(super) fn policy_with(bindings: Vec<RoleBinding>) -> Policy {
    Policy::build(7, roles(), bindings, vec![application()]).unwrap()
}

pub(super) fn person(
    byte: u8,
    login: &str,
    teams: &[i64],
    organizations: &[i64],
    owner_of: &[i64],
) -> DirectoryUser {
    DirectoryUser {
        id: UserId::from_bytes([byte; 16]),
        account: UserAccount::Gitea(GiteaUserId::try_from(i64::from(byte)).unwrap()),
        login: DisplayText::lossy(login),
        full_name: DisplayText::lossy(""),
        email: DisplayText::lossy(""),
        enabled: login != "dan",
        site_administrator: login == "root",
        teams: teams.iter().map(|id| team(*id)).collect(),
        organizations: organizations.iter().map(|id| organization(*id)).collect(),
        owner_of: owner_of.iter().map(|id| organization(*id)).collect(),
        freshness: NOW,
    }
}

pub(super) fn people() -> Vec<DirectoryUser> {
    vec![
        person(1, "root", &[], &[], &[]),
        person(2, "ana", &[2], &[9], &[9]),
        person(3, "ben", &[3], &[9], &[]),
        person(4, "cleo", &[4], &[9], &[]),
        person(5, "eli", &[], &[], &[]),
        person(6, "dan", &[3], &[9], &[]),
    ]
}

pub(super) fn facts(user: &DirectoryUser) -> SubjectFacts<'_> {
    let principal = Principal::User(user.id);
    SubjectFacts {
        principal,
        enabled: user.enabled,
        user: Some(user),
        groups: &[],
        scope: None,
    }
}

pub(super) const ANONYMOUS: SubjectFacts<'static> = SubjectFacts {
    principal: Principal::Anonymous,
    enabled: false,
    user: None,
    groups: &[],
    scope: None,
};

pub(super) fn repository(name: &str, owner_id: i64, push: bool) -> RepositoryAccess {
    RepositoryAccess {
        id: RepositoryId::try_from(1).unwrap(),
        owner_id,
        name: name.parse().unwrap(),
        pull: true,
        push,
        admin: false,
        asked_at: NOW,
    }
}

pub(super) fn ask(
    policy: &Policy,
    who: &SubjectFacts<'_>,
    line: &str,
    access: Option<&RepositoryAccess>,
) -> Decision {
    let (method, path) = line.split_once(' ').unwrap();
    let path = CanonicalPath::parse(path.as_bytes()).unwrap();
    let application = ApplicationId::from_bytes([1; 16]);
    decide(
        policy,
        who,
        &RouteRequest {
            application,
            method,
            path: &path,
            repository: access,
        },
        NOW,
    )
}

pub(super) fn outcome(policy: &Policy, who: &SubjectFacts<'_>, line: &str) -> Verdict {
    ask(policy, who, line, None).outcome
}
