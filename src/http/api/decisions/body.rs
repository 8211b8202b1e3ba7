//! Requests to explain a decision, and decisions with their reasons.

use crate::access::{self, Denial, Explanation};
use crate::http::api::prelude::*;
use crate::http::api::role_bindings::body::Subject;
use crate::model::{
    HostName, RoleBindingId, Scope, ScopeWord, ServiceAccountId, Timestamp, UserId,
};
use crate::policy::{self, Witness};

/// A request whose decision is explained.
pub struct ExplainRequest {
    /// The person.
    pub user: Option<UserId>,
    /// The service account.
    pub service_account: Option<ServiceAccountId>,
    /// The scope of the token.
    pub scope: Option<Scope>,
    /// In capitals.
    pub method: String,
    /// Host of the application.
    pub host: HostName,
    /// The path as it would be sent.
    pub path: String,
}

request! {
    /// May this person or service account make this request? Nothing is done, and the application is not called.
    Question for ExplainRequest {
        /// Id of the person; without it and `service_account` the caller is anonymous.
        user: Option<UserId>,
        /// Id of the service account, instead of `user`.
        service_account: Option<ServiceAccountId>,
        /// Words of the token's scope: permissions, `gitea.repository:read` and the like; absent for a session, or for
        /// a token without a limit.
        scope: Option<Vec<ScopeWord>>,
        /// In capitals.
        method: String,
        /// Host of the application.
        host: HostName,
        /// Path as it would be sent.
        path: String,
    } => Self { user, service_account, scope: scope.map(Scope::from_iter), method, host, path }
}

/// Allowed or denied.
#[derive(Enum)]
#[oai(rename_all = "kebab-case")]
pub enum Verdict {
    /// A rule allows it.
    Allow,
    /// No rule allows it.
    Deny,
}

/// What a reason is about.
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
    /// A slash sent as `%2F`, which the route does not accept as data.
    EncodedSlash,
    /// A semicolon, which the route does not accept as data.
    Semicolon,
    /// The route requires a signed-in caller, and the caller is anonymous.
    NotSignedIn,
    /// The account is disabled or gone, or has no owner.
    Disabled,
    /// The caller is signed in; the route requires no more.
    SignedIn,
    /// A permission is held, by this role binding.
    Granted,
    /// A permission is not held.
    Missing,
    /// A permission is held, but the credential's scope excludes it.
    OutsideScope,
    /// The access to the repository, and what the route requires.
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
        /// What it is about.
        kind: ReasonKind = kind,
        /// The same as a sentence.
        text: String = text,
        /// The permission that is held or missing.
        permission: Option<String> = permission,
        /// The role that has it.
        role: Option<Reference> = witness.map(|(witness, names)| names.role(witness.role)),
        /// Id of the role binding that assigns the role.
        role_binding: Option<RoleBindingId> = witness.map(|(witness, _)| witness.binding),
        /// The subject of that binding.
        subject: Option<Subject> = witness.map(|(witness, _)| (&witness.subject).into()),
        /// The present name of that subject.
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
    /// The route that decides.
    MatchedRoute(place: usize, methods: String, path: String) {
        /// Its place in the list, counted from 1.
        place: u32 = count(place),
        /// Its methods, `*` for all.
        methods: String = methods,
        /// Its pattern.
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
        /// Allowed or denied.
        verdict: Verdict = match explained.decision.outcome {
            policy::Verdict::Allow => Verdict::Allow,
            policy::Verdict::Deny(_) => Verdict::Deny,
        },
        /// Why it is denied: the `code` of the problem document.
        code: Option<String> = match explained.decision.outcome {
            policy::Verdict::Allow => None,
            policy::Verdict::Deny(denial) => Some(denial.to_string()),
        },
        /// The application at that host.
        application: Option<Reference> = Some(names.application(question.application)),
        /// The route that matched.
        route: Option<MatchedRoute> = matched_route(&explained.decision.reasons),
        /// The steps of the decision in their order; every role binding that grants access is listed.
        reasons: Vec<Reason> = explained.decision.reasons.iter().map(|one| reason(one, names)).collect(),
        /// How fresh the memberships of the person, or of the service account's owner, are: the instant before Gitea was asked.
        freshness: Option<Timestamp> = explained.freshness,
        /// Version of the policy that decided.
        policy_version: u64 = explained.decision.policy_version,
        /// Version of the directory that decided.
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
