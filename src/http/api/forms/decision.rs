//! Questions in; decisions and their reasons out, with present names beside the ids.

use super::names::Names;
use super::role_binding::show_subject;
use super::{Errors, count};
use crate::access::{Denial, Explanation, Question};
use crate::http::Problem;
use crate::http::api::wire::decision as wire;
use crate::http::api::wire::texts::{Id, Time};
use crate::model::{HostName, Principal, Scope, ScopeWord};
use crate::policy::{CanonicalPath, Reason, Verdict, Witness};

/// Shows a reason.
fn show_reason(reason: &Reason, names: Names<'_>) -> wire::Reason {
    let (kind, permission) = match reason {
        Reason::NoRoute => (wire::ReasonKind::NoRoute, None),
        Reason::Route { .. } => (wire::ReasonKind::Route, None),
        Reason::Public => (wire::ReasonKind::Public, None),
        Reason::EncodedSlash => (wire::ReasonKind::EncodedSlash, None),
        Reason::Semicolon => (wire::ReasonKind::Semicolon, None),
        Reason::NotSignedIn => (wire::ReasonKind::NotSignedIn, None),
        Reason::Disabled | Reason::SeenAsAnonymous => (wire::ReasonKind::Disabled, None),
        Reason::SignedIn => (wire::ReasonKind::SignedIn, None),
        Reason::Granted(witness) => (wire::ReasonKind::Granted, Some(&witness.permission)),
        Reason::Missing(permission) => (wire::ReasonKind::Missing, Some(permission)),
        Reason::OutsideScope(word) => (wire::ReasonKind::OutsideScope, word.permission()),
        Reason::Repository { .. } => (wire::ReasonKind::Repository, None),
    };
    let witness = match reason {
        Reason::Granted(witness) => Some(witness),
        _ => None,
    };
    let subject = |witness: &Witness| names.subject(&witness.subject);
    wire::Reason {
        kind,
        text: reason.to_string(),
        permission: permission.map(ToString::to_string),
        role: witness.map(|witness| names.role(witness.role)),
        role_binding: witness.map(|witness| Id::of(witness.binding)),
        subject: witness.map(|witness| show_subject(&witness.subject)),
        subject_name: witness.and_then(subject),
    }
}

/// The route that the reasons name.
fn matched_route(reasons: &[Reason]) -> Option<wire::MatchedRoute> {
    reasons.iter().find_map(|reason| match reason {
        Reason::Route {
            place,
            methods,
            path,
        } => Some(wire::MatchedRoute {
            place: count(*place),
            methods: methods.to_string(),
            path: path.to_string(),
        }),
        _ => None,
    })
}

/// Allowed, or denied with the code.
fn verdict(outcome: Verdict) -> (wire::Verdict, Option<String>) {
    match outcome {
        Verdict::Allow => (wire::Verdict::Allow, None),
        Verdict::Deny(denial) => (wire::Verdict::Deny, Some(denial.to_string())),
    }
}

/// Reads a question: what to ask, or the answer already when no application or no one path is meant.
pub(in crate::http::api) fn read(
    question: &wire::Question,
    names: Names<'_>,
) -> Result<Result<Question, Box<wire::Decision>>, Problem> {
    let mut errors = Errors::default();
    let host: Option<HostName> = errors.read("/host", &question.host);
    let principal = read_principal(&mut errors, question, names);
    let scope = question.scope.as_deref();
    let scope = scope.map(|words| errors.read_each::<ScopeWord, Scope>("/scope", words));
    if scope.is_some() && principal == Some(Principal::Anonymous) {
        let sentence = "somebody who is not signed in has no token; name a `user` or a `service_account`, or leave the scope out";
        errors.note("/scope", sentence);
    }
    let (host, principal) = errors.unless_any(host.zip(principal))?;
    let request = (
        Some(&host),
        question.method.as_str(),
        question.path.as_str(),
    );
    Ok(about((principal, scope), request, names))
}

/// Reads a question of somebody's about themselves, as in a session. No application answers to what is no host.
pub(in crate::http::api) fn read_own(
    principal: Principal,
    (host, method, path): (&str, &str, &str),
    names: Names<'_>,
) -> Result<Question, Box<wire::Decision>> {
    let host: Option<HostName> = host.parse().ok();
    about((principal, None), (host.as_ref(), method, path), names)
}

fn about(
    (principal, scope): (Principal, Option<Scope>),
    (host, method, path): (Option<&HostName>, &str, &str),
    names: Names<'_>,
) -> Result<Question, Box<wire::Decision>> {
    let application = host.and_then(|host| names.policy.application_at(host));
    let Some(application) = application else {
        let error = Denial::HostUnknown;
        let answer = early(wire::ReasonKind::NoApplication, &error, names);
        return Err(Box::new(answer));
    };
    let path = CanonicalPath::parse(path.as_bytes()).map(CanonicalPath::into_owned);
    let path = path.map_err(|error| {
        let error = Denial::TargetAmbiguous(error);
        Box::new(early(wire::ReasonKind::Ambiguous, &error, names))
    })?;
    Ok(Question {
        principal,
        scope,
        application: application.id,
        method: method.to_owned(),
        path,
    })
}

/// About whom; they must be there.
fn read_principal(
    errors: &mut Errors,
    question: &wire::Question,
    names: Names<'_>,
) -> Option<Principal> {
    let (at, principal, what) = match (&question.user, &question.service_account) {
        (None, None) => return Some(Principal::Anonymous),
        (Some(_), Some(_)) => {
            let sentence = "ask about a `user` or about a `service_account`, not about both";
            errors.note("/service_account", sentence);
            return None;
        }
        (Some(id), None) => {
            let at = "/user";
            let what = "no user has this id; sync with Gitea, then choose again";
            (at, Principal::User(errors.read(at, id)?), what)
        }
        (None, Some(id)) => {
            let at = "/service_account";
            let what = "no service account has this id; it may have been deleted";
            (at, Principal::ServiceAccount(errors.read(at, id)?), what)
        }
    };
    if names.login(principal).is_none() {
        errors.note(at, what);
    }
    Some(principal)
}

/// A denial before any route is looked at.
fn early(kind: wire::ReasonKind, denial: &Denial, names: Names<'_>) -> wire::Decision {
    wire::Decision {
        verdict: wire::Verdict::Deny,
        code: Some(denial.code().to_string()),
        application: None,
        route: None,
        reasons: vec![wire::Reason {
            kind,
            text: denial.to_string(),
            permission: None,
            role: None,
            role_binding: None,
            subject: None,
            subject_name: None,
        }],
        freshness: None,
        policy_version: names.policy.version(),
        directory_version: names.directory.version,
    }
}

/// Shows the answer.
pub(in crate::http::api) fn show(
    question: &Question,
    explained: &Explanation,
    names: Names<'_>,
) -> wire::Decision {
    let decision = &explained.decision;
    let (verdict, code) = verdict(decision.outcome);
    let reasons = decision.reasons.iter();
    wire::Decision {
        verdict,
        code,
        application: Some(names.application(question.application)),
        route: matched_route(&decision.reasons),
        reasons: reasons.map(|reason| show_reason(reason, names)).collect(),
        freshness: explained.freshness.map(Time::of),
        policy_version: decision.policy_version,
        directory_version: explained.directory_version,
    }
}
