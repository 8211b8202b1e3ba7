//! Requests to explain a decision, and decisions with their reasons.
//!
//! May read decisions of the policy and current names. Must never decide.

use crate::access::{self, Denial, Explanation};
use crate::http::api::prelude::*;
use crate::http::api::role_bindings::body::Subject;
use crate::model::{
    HostName, RoleBindingId, Scope, ScopeWord, ServiceAccountId, Timestamp, UserId,
};
use crate::policy::{self, Witness};

/// A request whose decision is explained.
pub struct ExplainRequest {
    /// The user.
    pub user: Option<UserId>,
    /// The service account.
    pub service_account: Option<ServiceAccountId>,
    /// The scope of the token.
    pub scope: Option<Scope>,
    /// The method, in capitals.
    pub method: String,
    /// The host of the application.
    pub host: HostName,
    /// The path as in a request.
    pub path: String,
}

request! {
    /// The request whose decision to explain. It is not sent to the application.
    Question for ExplainRequest {
        /// The id of the user; without `user` and `service_account` the caller is anonymous.
        user: Option<UserId>,
        /// The id of the service account, instead of `user`.
        service_account: Option<ServiceAccountId>,
        /// The scope of the token, such as permissions or `gitea.repository:read`; absent for a session, or for a token
        /// that its scope does not limit.
        scope: Option<Vec<ScopeWord>>,
        /// The HTTP method, in capitals.
        method: String,
        /// The host of the application.
        host: HostName,
        /// The path as in a request, percent-encoded.
        path: String,
    } => Self { user, service_account, scope: scope.map(Scope::from_iter), method, host, path }
}

/// Whether a request is allowed.
#[derive(Enum)]
#[oai(rename_all = "kebab-case")]
pub enum Verdict {
    /// A rule allows it.
    Allow,
    /// No rule allows it.
    Deny,
}

/// The kind of a reason.
#[derive(Enum)]
#[oai(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// No application has the host.
    NoApplication,
    /// The path can be interpreted in two ways.
    Ambiguous,
    /// No route has this method and path.
    NoRoute,
    /// This route is the first that matches.
    Route,
    /// The route has no requirement.
    Public,
    /// The path contains `%2F`, which the route does not accept as data.
    EncodedSlash,
    /// The path contains a semicolon, which the route does not accept as data.
    Semicolon,
    /// The route requires a signed-in caller, and the caller is anonymous.
    NotSignedIn,
    /// The account is disabled or gone, or has no owner.
    Disabled,
    /// The caller is signed in; the route requires no more.
    SignedIn,
    /// The caller holds a permission through this role binding.
    Granted,
    /// The caller does not hold a permission.
    Missing,
    /// The caller holds a permission, but the credential's scope excludes it.
    OutsideScope,
    /// The level of access to the repository, and the level that the route requires.
    Repository,
}

response! {
    /// One step of a decision.
    Reason(
        kind: ReasonKind,
        text: String,
        permission: Option<String>,
        witness: Option<(&Witness, &Names)>
    ) {
        /// The kind of the reason.
        kind: ReasonKind = kind,
        /// The reason as text for display.
        text: String = text,
        /// The permission that the caller holds or lacks, or that the scope excludes; absent for other kinds.
        permission: Option<String> = permission,
        /// The role that contains the permission; absent unless `kind` is `granted`.
        role: Option<Reference> = witness.map(|(witness, names)| names.role(witness.role)),
        /// The id of the role binding that assigns the role; absent unless `kind` is `granted`.
        role_binding: Option<RoleBindingId> = witness.map(|(witness, _)| witness.binding),
        /// The subject of the role binding; absent unless `kind` is `granted`.
        subject: Option<Subject> = witness.map(|(witness, _)| (&witness.subject).into()),
        /// The current name of the subject; absent if it no longer exists, or unless `kind` is `granted`.
        subject_name: Option<String> = witness.and_then(|(witness, names)| names.subject(&witness.subject)),
    }
}

fn reason(reason: &policy::Reason, names: &Names) -> Reason {
    let (kind, permission) = match reason {
        policy::Reason::NoRoute => (ReasonKind::NoRoute, None),
        policy::Reason::Route { .. } => (ReasonKind::Route, None),
        policy::Reason::Public => (ReasonKind::Public, None),
        policy::Reason::EncodedSlash => (ReasonKind::EncodedSlash, None),
        policy::Reason::Semicolon => (ReasonKind::Semicolon, None),
        policy::Reason::NotSignedIn => (ReasonKind::NotSignedIn, None),
        policy::Reason::Disabled | policy::Reason::SeenAsAnonymous => (ReasonKind::Disabled, None),
        policy::Reason::SignedIn => (ReasonKind::SignedIn, None),
        policy::Reason::Granted(witness) => (ReasonKind::Granted, Some(&witness.permission)),
        policy::Reason::Missing(permission) => (ReasonKind::Missing, Some(permission)),
        policy::Reason::OutsideScope(word) => (ReasonKind::OutsideScope, word.permission()),
        policy::Reason::Repository { .. } => (ReasonKind::Repository, None),
    };
    let witness = match reason {
        policy::Reason::Granted(witness) => Some((witness, names)),
        _ => None,
    };
    Reason::new(
        kind,
        reason.to_string(),
        permission.map(ToString::to_string),
        witness,
    )
}

response! {
    /// The route that matches a request.
    MatchedRoute(place: usize, methods: String, path: String) {
        /// The position of the route in the application, counted from 1.
        place: u32 = count(place),
        /// The methods of the route; `*` for all.
        methods: String = methods,
        /// The path pattern of the route.
        path: String = path,
    }
}

fn matched_route(reasons: &[policy::Reason]) -> Option<MatchedRoute> {
    reasons.iter().find_map(|reason| match reason {
        policy::Reason::Route {
            place,
            methods,
            path,
        } => Some(MatchedRoute::new(
            *place,
            methods.to_string(),
            path.to_string(),
        )),
        _ => None,
    })
}

response! {
    /// A decision with its reasons.
    Decision(question: &access::Question, explained: &Explanation, names: &Names) {
        /// Whether the request is allowed.
        verdict: Verdict = match explained.decision.outcome {
            policy::Verdict::Allow => Verdict::Allow,
            policy::Verdict::Deny(_) => Verdict::Deny,
        },
        /// The `code` of the problem document for a denied request; absent if the request is allowed.
        code: Option<String> = match explained.decision.outcome {
            policy::Verdict::Allow => None,
            policy::Verdict::Deny(denial) => Some(denial.to_string()),
        },
        /// The application with the host; absent if there is none.
        application: Option<Reference> = Some(names.application(question.application)),
        /// The route that matches the request; absent if none does.
        route: Option<MatchedRoute> = matched_route(&explained.decision.reasons),
        /// The steps of the decision in their order, with every role binding that grants access.
        reasons: Vec<Reason> = explained.decision.reasons.iter().map(|one| reason(one, names)).collect(),
        /// The freshness of the memberships of the user or of the service account's owner: the instant before Gitea was
        /// asked for them, or the last sign-in at another provider. Absent if no memberships are used.
        freshness: Option<Timestamp> = explained.freshness,
        /// The version of the policy that was in force.
        policy_version: u64 = explained.decision.policy_version,
        /// The version of the directory that was in use.
        directory_version: u64 = explained.directory_version,
    }
}

impl Decision {
    /// A denial before any route is considered.
    pub fn denied(kind: ReasonKind, denial: &Denial, names: &Names) -> Self {
        Self {
            verdict: Verdict::Deny,
            code: Some(denial.code().to_string()),
            application: None,
            route: None,
            reasons: vec![Reason::new(kind, denial.to_string(), None, None)],
            freshness: None,
            policy_version: names.policy.version(),
            directory_version: names.directory.version,
        }
    }
}
