//! Who may do what in these tests: an application with three kinds of routes, Ada who may deploy and Ben who may not.

use http::HeaderValue;
use samovar::access::{AccessRequest, Credential, Denial, RouteName, UpstreamIdentity};
use samovar::http::forward_auth::DecisionPoint;
use samovar::model::ProblemCode;
use samovar::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, BindingSubject, HostName,
    IdentityHeader, Principal, Random, Range, Requirement, Role, RoleBinding, RoleBindingId,
    RoleId, Route, SessionSecret, Timestamp, TokenSettings, UserId,
};
use samovar::policy::{self, CanonicalPath, Policy, RouteRequest, SubjectFacts, Verdict};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

const ADA: UserId = UserId::from_bytes([1; 16]);
const BEN: UserId = UserId::from_bytes([2; 16]);
const APPLICATION: ApplicationId = ApplicationId::from_bytes([3; 16]);
const ROLE: RoleId = RoleId::from_bytes([4; 16]);

/// One byte over and over: a secret that a test can spell.
struct Same(u8);

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

pub fn ada() -> SessionSecret {
    SessionSecret::generate(&Same(1))
}

pub fn ben() -> SessionSecret {
    SessionSecret::generate(&Same(2))
}

/// A text that claims to be a token of Samovar for a person.
pub fn token(login: &str) -> String {
    let header = data_encoding::BASE64URL_NOPAD.encode(br#"{"typ":"at+jwt"}"#);
    format!("{header}.{login}.signature")
}

/// `/public/**` for all, `/admin/**` with a permission, `/packages/{name}` with a slash as data, the rest signed in.
pub fn application(hosts: &[HostName]) -> Application {
    let permission = BTreeSet::from(["deployments:write".parse().unwrap()]);
    let route = |path: &str, requirement, encoded_slash| Route {
        methods: "*".parse().unwrap(),
        path: path.parse().unwrap(),
        requirement,
        repository: None,
        encoded_slash,
        secret_parameters: std::collections::BTreeSet::new(),
        semicolon: encoded_slash,
    };
    Application {
        id: APPLICATION,
        name: "deployer".parse().unwrap(),
        hosts: hosts.iter().cloned().collect(),
        routes: vec![
            route("/public/**", Requirement::Public, false),
            route("/admin/**", Requirement::Permissions(permission), false),
            route("/packages/{name}", Requirement::SignedIn, true),
            route("/**", Requirement::SignedIn, false),
        ],
        identity_headers: BTreeSet::from([
            IdentityHeader::User,
            IdentityHeader::Name,
            IdentityHeader::Groups,
        ]),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::from(["https://ui.test".parse().unwrap()]),
        audit: AuditMode::FirstInWindow,
        tokens: TokenSettings {
            assertion: true,
            ..TokenSettings::default()
        },
        named_at: samovar::model::Timestamp::ZERO,
        proxy_secret: samovar::model::ProxySecret::default(),
        version: 1,
    }
}

/// The application, and a role that Ada alone has.
pub fn policy(application: Application) -> Policy {
    let role = Role {
        id: ROLE,
        name: "deployer".parse().unwrap(),
        description: "".parse().unwrap(),
        permissions: BTreeSet::from(["deployments:*".parse().unwrap()]),
        built_in: false,
        version: 1,
    };
    let binding = RoleBinding {
        id: RoleBindingId::from_bytes([5; 16]),
        role: ROLE,
        subject: BindingSubject::User { id: ADA },
        range: Range::Everywhere,
        until: None,
        version: 1,
    };
    Policy::build(1, vec![role], vec![binding], vec![application]).unwrap()
}

/// The policy in the gatekeeper's place. Gitea is away for whatever is below `/stale`.
pub struct Knows {
    pub policy: Arc<samovar::access::PolicyHolder>,
    /// What was checked: method, target, client.
    pub checks: Mutex<Vec<String>>,
}

impl Knows {
    fn decide(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        let policy = self.policy.load();
        let application = policy
            .application_at(asked.host)
            .ok_or(Denial::HostUnknown)?;
        let path = CanonicalPath::parse(asked.line.target).map_err(Denial::TargetAmbiguous)?;
        if asked.line.target.starts_with(b"/stale") {
            return Err(Denial::MembershipStale {
                since: Timestamp::ZERO,
            });
        }
        let who = match asked.credential {
            Some(Credential::Session(secret)) if *secret == ada() => Some((ADA, "ada")),
            Some(Credential::Session(secret)) if *secret == ben() => Some((BEN, "ben")),
            Some(Credential::Token(text)) if text == token("ada") => Some((ADA, "ada")),
            _ => None,
        };
        let facts = SubjectFacts {
            principal: who.map_or(Principal::Anonymous, |(id, _)| Principal::User(id)),
            enabled: who.is_some(),
            user: None,
            groups: &[],
            scope: None,
        };
        let request = RouteRequest {
            application: application.id,
            method: asked.line.method,
            path: &path,
            repository: None,
        };
        let decision = policy::decide(&policy, &facts, &request, Timestamp::ZERO);
        let route = || {
            let (_, route, _) = policy
                .route(application.id, asked.line.method, &path)
                .unwrap();
            RouteName {
                methods: route.methods,
                path: route.path.clone(),
            }
        };
        match decision.outcome {
            Verdict::Allow => {
                let login = who.map_or("", |(_, login)| login);
                Ok(if asked.line.target == b"/long/identity" {
                    longest(login)
                } else {
                    identity(login, "", "signed")
                })
            }
            Verdict::Deny(ProblemCode::CredentialsMissing) => Err(Denial::CredentialsMissing),
            Verdict::Deny(ProblemCode::PermissionMissing) => Err(Denial::PermissionMissing {
                route: Some(route()),
                permissions: vec!["deployments:write".parse().unwrap()],
            }),
            Verdict::Deny(ProblemCode::TargetAmbiguous) => Err(Denial::EncodedSlash(route())),
            Verdict::Deny(_) => Err(Denial::RouteUnknown),
        }
    }
}

/// Groups are mostly empty: an empty header must still overwrite the client's.
fn identity(login: &str, groups: &str, assertion: &str) -> UpstreamIdentity {
    UpstreamIdentity {
        identity: [
            (IdentityHeader::User, login.to_owned()),
            (IdentityHeader::Name, login.to_uppercase()),
            (IdentityHeader::Groups, groups.to_owned()),
        ]
        .map(|(header, value)| (header, HeaderValue::try_from(value).unwrap()))
        .into(),
        assertion: Some(
            HeaderValue::try_from(if login.is_empty() { "" } else { assertion }).unwrap(),
        ),
    }
}

/// As much as Samovar ever says: 4 kB of identity headers, and an assertion below 8 KiB.
fn longest(login: &str) -> UpstreamIdentity {
    let groups = "g".repeat(4096 - 2 * login.len());
    identity(login, &groups, &"s".repeat(8 * 1024 - 1))
}

impl DecisionPoint for Knows {
    async fn check(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        let target = String::from_utf8_lossy(asked.line.target);
        let client = asked.origin.address.unwrap();
        let line = format!("{} {target} {client}", asked.line.method);
        self.checks.lock().unwrap().push(line);
        self.decide(asked)
    }

    async fn answer(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        self.decide(asked)
    }
}
