//! The matrix of callers × changes, as a golden file.

use super::*;
use crate::admin::AdminError;
use crate::model::*;
use crate::policy::{ADMINISTRATOR, built_in_roles};
use std::fmt::Write as _;

const HERE: ApplicationId = ApplicationId::from_bytes([1; 16]);
const OTHER: ApplicationId = ApplicationId::from_bytes([2; 16]);

/// A caller's permissions everywhere, in the application, and in another one.
struct MatrixCaller {
    name: &'static str,
    everywhere: &'static [&'static str],
    here: &'static [&'static str],
    there: &'static [&'static str],
}

const CALLERS: [MatrixCaller; 7] = [
    caller(
        "administrator",
        &["samovar.role-bindings:any", "samovar.applications:any"],
        &[],
        &[],
    ),
    caller("holds nothing", &[], &[], &[]),
    caller(
        "holds the old permission here",
        &[],
        &["deployments:read"],
        &[],
    ),
    caller(
        "holds the new permission here",
        &[],
        &["deployments:write"],
        &[],
    ),
    caller("holds both here", &[], &["deployments:*"], &[]),
    caller(
        "holds both in another application",
        &[],
        &[],
        &["deployments:*"],
    ),
    caller(
        "holds samovar.applications:any alone",
        &["samovar.applications:any"],
        &[],
        &[],
    ),
];

const fn caller(
    name: &'static str,
    everywhere: &'static [&'static str],
    here: &'static [&'static str],
    there: &'static [&'static str],
) -> MatrixCaller {
    MatrixCaller {
        name,
        everywhere,
        here,
        there,
    }
}

impl MatrixCaller {
    fn permissions(&self, application: Option<ApplicationId>) -> BTreeSet<PermissionPattern> {
        let there = match application {
            Some(HERE) => self.here,
            Some(OTHER) => self.there,
            _ => &[],
        };
        patterns(self.everywhere)
            .into_iter()
            .chain(patterns(there))
            .collect()
    }
}

fn patterns(texts: &[&str]) -> BTreeSet<PermissionPattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn route(text: &str) -> Route {
    let words: Vec<&str> = text.split(' ').collect();
    let level = |text: &str| match text {
        "repository-read" => RepositoryLevel::Read,
        _ => RepositoryLevel::Write,
    };
    Route {
        methods: words[0].parse().unwrap(),
        path: words[1].parse().unwrap(),
        requirement: match words[2] {
            "public" => Requirement::Public,
            "signed-in" => Requirement::SignedIn,
            list => Requirement::Permissions(list.split('+').map(|p| p.parse().unwrap()).collect()),
        },
        repository: words
            .get(3)
            .map(|text| RepositoryRequirement { level: level(text) }),
        encoded_slash: false,
        secret_parameters: std::collections::BTreeSet::new(),
        semicolon: false,
    }
}

const READ: &str = "GET /deployments/** deployments:read";
const WRITE: &str = "POST /deployments deployments:write";
const HEALTH: &str = "GET /health public";
const ME: &str = "GET /me signed-in";
const DEPLOY: &str = "POST /deploy/{owner}/{repo} deployments:write repository-write";
const ROUTES: [&str; 5] = [READ, WRITE, HEALTH, ME, DEPLOY];

fn application(routes: &[&str]) -> Application {
    Application {
        id: HERE,
        name: "deploy".parse().unwrap(),
        hosts: ["deploy.example.com".parse().unwrap()].into(),
        routes: routes.iter().map(|text| route(text)).collect(),
        identity_headers: IdentityHeader::ALL.into(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: TokenSettings::default(),
        named_at: Timestamp::ZERO,
        proxy_secret: crate::model::ProxySecret::default(),
        version: 1,
    }
}

/// The application with one route replaced.
fn with(old: &str, new: &[&str]) -> Application {
    let routes = ROUTES.iter().flat_map(|text| {
        if *text == old {
            new.to_vec()
        } else {
            vec![*text]
        }
    });
    application(&routes.collect::<Vec<_>>())
}

fn changed(change: impl FnOnce(&mut Application)) -> Application {
    let mut application = application(&ROUTES);
    change(&mut application);
    application
}

/// A route of the application, and the routes that replace it.
const ROUTE_CHANGES: [(&str, &str, &[&str]); 20] = [
    (
        "route to signed-in",
        READ,
        &["GET /deployments/** signed-in"],
    ),
    ("route to public", READ, &["GET /deployments/** public"]),
    (
        "route to another permission",
        READ,
        &["GET /deployments/** deployments:write"],
    ),
    (
        "route to one more permission",
        READ,
        &["GET /deployments/** deployments:read+deployments:write"],
    ),
    (
        "route to a permission that is not held",
        READ,
        &["GET /deployments/** deployments:read+logs:read"],
    ),
    ("remove route", READ, &[]),
    ("remove public route", HEALTH, &[]),
    (
        "public route to signed-in",
        HEALTH,
        &["GET /health signed-in"],
    ),
    (
        "signed-in route to permission",
        ME,
        &["GET /me deployments:read"],
    ),
    ("signed-in route to public", ME, &["GET /me public"]),
    (
        "add route for new requests",
        ME,
        &[ME, "GET /logs deployments:read"],
    ),
    (
        "add public route for new requests",
        ME,
        &[ME, "GET /logs public"],
    ),
    (
        "add route that shadows another",
        READ,
        &["GET /deployments/{id} signed-in", READ],
    ),
    (
        "add route that no request reaches",
        ME,
        &[ME, "GET /deployments/{id} public"],
    ),
    (
        "add method",
        READ,
        &["GET,DELETE /deployments/** deployments:read"],
    ),
    ("broaden pattern", READ, &["GET /** deployments:read"]),
    (
        "narrow pattern",
        READ,
        &["GET /deployments/{id} deployments:read"],
    ),
    (
        "remove repository access",
        DEPLOY,
        &["POST /deploy/{owner}/{repo} deployments:write"],
    ),
    (
        "lower repository access",
        DEPLOY,
        &["POST /deploy/{owner}/{repo} deployments:write repository-read"],
    ),
    (
        "rename parameter",
        DEPLOY,
        &["POST /deploy/{who}/{repo} deployments:write repository-write"],
    ),
];

/// An application before and after.
type Pair = (&'static str, Option<Application>, Option<Application>);

fn application_changes() -> Vec<Pair> {
    let before = || Some(application(&ROUTES));
    let whole = [
        ("create application", None, before()),
        ("delete application", before(), None),
    ];
    let routes = ROUTE_CHANGES
        .iter()
        .map(|(name, old, new)| (*name, before(), Some(with(old, new))));
    let moved = application(&[WRITE, READ, ME, HEALTH, DEPLOY]);
    let moved = ("move unrelated routes", before(), Some(moved));
    let parts = part_changes()
        .into_iter()
        .map(|(name, after)| (name, before(), Some(after)));
    whole
        .into_iter()
        .chain(parts)
        .chain(routes)
        .chain([moved])
        .collect()
}

fn part_changes() -> [(&'static str, Application); 12] {
    let host = "b.example.com".parse().unwrap();
    let origin = "https://x.example.com".parse().unwrap();
    [
        ("change nothing but the version", changed(|a| a.version = 2)),
        (
            "change name",
            changed(|a| a.name = "other".parse().unwrap()),
        ),
        ("add host", changed(|a| a.hosts.extend([host]))),
        ("remove host", changed(|a| a.hosts.clear())),
        (
            "remove identity headers",
            changed(|a| a.identity_headers.clear()),
        ),
        (
            "leave Authorization to the application",
            changed(|a| a.authorization = AuthorizationOwner::Application),
        ),
        ("add origin", changed(|a| a.origins.extend([origin]))),
        ("record less", changed(|a| a.audit = AuditMode::Denials)),
        (
            "accept personal tokens of Gitea",
            changed(|a| a.tokens.gitea_tokens.personal = true),
        ),
        (
            "change the assertion",
            changed(|a| a.tokens.assertion = true),
        ),
        (
            "allow encoded slashes",
            changed(|a| a.routes[1].encoded_slash = true),
        ),
        (
            "allow semicolons",
            changed(|a| a.routes[1].semicolon = true),
        ),
    ]
}

fn role(byte: u8, name: &str, permissions: &[&str]) -> Role {
    Role {
        id: RoleId::from_bytes([byte; 16]),
        name: name.parse().unwrap(),
        description: DisplayText::lossy(""),
        permissions: patterns(permissions),
        built_in: false,
        version: 1,
    }
}

/// A bound role, an unbound role, and a role with a permission of Samovar's own.
fn roles() -> [Role; 3] {
    [
        role(11, "deployer", &["deployments:read", "deployments:write"]),
        role(12, "unused", &["deployments:read"]),
        role(13, "own", &["samovar.roles:read"]),
    ]
}

fn policy() -> Policy {
    let binding = RoleBinding {
        id: RoleBindingId::from_bytes([21; 16]),
        role: RoleId::from_bytes([11; 16]),
        subject: BindingSubject::Team {
            id: 7.try_into().unwrap(),
        },
        range: Range::Application { id: HERE },
        until: None,
        version: 1,
    };
    let other = Application {
        id: OTHER,
        name: "other".parse().unwrap(),
        hosts: BTreeSet::new(),
        ..application(&[])
    };
    let all = built_in_roles().unwrap().into_iter().chain(roles());
    Policy::build(
        1,
        all.collect(),
        vec![binding],
        vec![application(&ROUTES), other],
    )
    .unwrap()
}

type Check = Box<dyn Fn(&Delegation<'_>) -> Result<(), AdminError>>;

fn role_changes() -> Vec<(&'static str, Check)> {
    let write = |name, before: usize, after: Role| {
        let check: Check =
            Box::new(move |delegation| delegation.may_write(&after, Some(&roles()[before])));
        (name, check)
    };
    let delete = |name, at: usize| {
        let check: Check = Box::new(move |delegation| delegation.may_delete(&roles()[at]));
        (name, check)
    };
    let both = ["deployments:read", "deployments:write"];
    let described = Role {
        description: DisplayText::lossy("other"),
        ..role(11, "deployer", &both)
    };
    vec![
        write(
            "bound role: add a held permission",
            0,
            role(11, "deployer", &["deployments:delete", both[0], both[1]]),
        ),
        write(
            "bound role: add a permission that is not held",
            0,
            role(11, "deployer", &["logs:read", both[0], both[1]]),
        ),
        write(
            "bound role: remove one permission",
            0,
            role(11, "deployer", &both[..1]),
        ),
        write("bound role: empty", 0, role(11, "deployer", &[])),
        write("bound role: rename", 0, role(11, "admin", &both)),
        write("bound role: describe", 0, described),
        write("unbound role: empty", 1, role(12, "unused", &[])),
        write(
            "unbound role: add a permission of Samovar's own",
            1,
            role(12, "unused", &["samovar.roles:write"]),
        ),
        write("own role: empty", 2, role(13, "own", &[])),
        delete("delete unbound role", 1),
        delete("delete own role", 2),
    ]
}

fn binding_changes() -> Vec<(&'static str, Check)> {
    let bind = |name, bindings: Vec<(Role, Range)>| {
        let check: Check = Box::new(move |delegation| {
            let bindings: Vec<_> = bindings.iter().map(|(role, range)| (role, range)).collect();
            delegation.may_bind(&bindings)
        });
        (name, check)
    };
    let deployer = || roles()[0].clone();
    let reader = || role(14, "reader", &["deployments:read"]);
    let administrator = || {
        built_in_roles()
            .unwrap()
            .into_iter()
            .find(|r| r.id == ADMINISTRATOR)
            .unwrap()
    };
    let here = || Range::Application { id: HERE };
    let there = || Range::Application { id: OTHER };
    vec![
        bind("assign or remove a role here", vec![(deployer(), here())]),
        bind(
            "assign or remove a smaller role here",
            vec![(reader(), here())],
        ),
        bind(
            "assign or remove a role everywhere",
            vec![(deployer(), Range::Everywhere)],
        ),
        bind(
            "move a role to another application",
            vec![(deployer(), here()), (deployer(), there())],
        ),
        bind(
            "replace a role by a smaller role",
            vec![(deployer(), here()), (reader(), here())],
        ),
        bind(
            "assign or remove administrator",
            vec![(administrator(), Range::Everywhere)],
        ),
    ]
}

fn line(matrix: &mut String, caller: &MatrixCaller, result: Result<(), AdminError>) {
    let answer = result.map_or_else(|error| error.to_string(), |()| "yes".to_owned());
    writeln!(matrix, "  {}: {answer}", caller.name).unwrap();
}

#[test]
fn delegation_matrix_matches_the_golden_file() {
    let policy = policy();
    let delegation = |caller: &'static MatrixCaller| {
        Delegation::new(&policy, |application| caller.permissions(application))
    };
    let mut matrix = String::new();
    for (name, before, after) in application_changes() {
        writeln!(matrix, "{name}").unwrap();
        for caller in &CALLERS {
            let result = delegation(caller).may_change(before.as_ref(), after.as_ref());
            line(&mut matrix, caller, result);
        }
    }
    for (name, check) in role_changes().into_iter().chain(binding_changes()) {
        writeln!(matrix, "{name}").unwrap();
        for caller in &CALLERS {
            line(&mut matrix, caller, check(&delegation(caller)));
        }
    }
    let golden = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/delegation-matrix.txt"
    );
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        std::fs::write(golden, &matrix).unwrap();
    }
    assert_eq!(
        matrix,
        std::fs::read_to_string(golden).unwrap(),
        "to update it: SAMOVAR_BLESS=1 cargo test --lib delegation_matrix"
    );
}

#[test]
fn every_change_requires_the_same_as_its_reverse() {
    for (name, before, after) in application_changes() {
        let change = requirements(before.as_ref(), after.as_ref());
        let reverse = requirements(after.as_ref(), before.as_ref());
        assert_eq!(change, reverse, "{name}");
    }
}
