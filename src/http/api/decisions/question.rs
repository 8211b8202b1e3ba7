//! Turns a request to explain a decision into a question for the gatekeeper.
//!
//! May read current names. Must never decide, except that an unknown host or an ambiguous path is denied as in a live
//! request.

use super::body::{Decision, ExplainRequest, ReasonKind};
use crate::access::{Denial, Question};
use crate::http::Problem;
use crate::http::api::prelude::*;
use crate::model::{HostName, Principal, Scope};
use crate::policy::CanonicalPath;

/// A question, or the denial if no application has the host or the path is ambiguous.
pub type QuestionOrDecision = Result<Question, Box<Decision>>;

/// The question about any principal, which must exist.
pub fn question(request: ExplainRequest, names: &Names) -> Result<QuestionOrDecision, Problem> {
    let principal = principal(&request, names)?;
    if request.scope.is_some() && principal == Principal::Anonymous {
        let detail = "an anonymous caller has no token; name a `user` or a `service_account`, or leave the scope out";
        return Err(invalid("/scope", detail));
    }
    let line = (Some(&request.host), &*request.method, &*request.path);
    Ok(about((principal, request.scope), line, names))
}

/// The question of a principal about itself, with the rights of a session. An invalid host is an unknown host.
pub fn own_question(
    principal: Principal,
    (host, method, path): (&str, &str, &str),
    names: &Names,
) -> QuestionOrDecision {
    let host: Option<HostName> = host.parse().ok();
    about((principal, None), (host.as_ref(), method, path), names)
}

fn about(
    (principal, scope): (Principal, Option<Scope>),
    (host, method, path): (Option<&HostName>, &str, &str),
    names: &Names,
) -> QuestionOrDecision {
    let denied = |kind, denial: &Denial| Box::new(Decision::denied(kind, denial, names));
    let application = host.and_then(|host| names.policy.application_at(host));
    let application =
        application.ok_or_else(|| denied(ReasonKind::NoApplication, &Denial::HostUnknown))?;
    let path = CanonicalPath::parse(path.as_bytes()).map(CanonicalPath::into_owned);
    let path =
        path.map_err(|error| denied(ReasonKind::Ambiguous, &Denial::TargetAmbiguous(error)))?;
    Ok(Question {
        principal,
        scope,
        application: application.id,
        method: method.to_owned(),
        path,
    })
}

fn principal(request: &ExplainRequest, names: &Names) -> Result<Principal, Problem> {
    let (pointer, principal, missing) = match (request.user, request.service_account) {
        (None, None) => return Ok(Principal::Anonymous),
        (Some(_), Some(_)) => {
            let detail = "name a `user` or a `service_account`, not both";
            return Err(invalid("/service_account", detail));
        }
        (Some(id), None) => (
            "/user",
            Principal::User(id),
            "no user has this id; sync with Gitea, then choose again",
        ),
        (None, Some(id)) => (
            "/service_account",
            Principal::ServiceAccount(id),
            "no service account has this id; it may have been deleted",
        ),
    };
    let exists = names.login(principal).is_some();
    exists
        .then_some(principal)
        .ok_or_else(|| invalid(pointer, missing))
}
