//! From a decision to a refusal in words, and to what the recorder is given.

use super::decided::Decided;
use super::facts::Known;
use super::{Refusal, RequestLine, RouteName};
use crate::audit::ObjectKind;
use crate::model::{Application, DisplayText, Principal, RepositoryLevel};
use crate::policy::{Decision, Denial, Outcome, Reason};

/// What a decision is about, for the audit log.
pub(super) struct About {
    pub kind: ObjectKind,
    pub object: DisplayText,
    /// What repeats are counted by: never text that a stranger chooses.
    pub counted_by: Option<DisplayText>,
    /// False for what may change something.
    pub safe: bool,
}

impl About {
    /// A request: its route, or what was asked for where there is none.
    pub(super) fn request(line: &RequestLine<'_>, decision: Option<&Decision>) -> Self {
        let counted_by = decision.and_then(route_with_parameters);
        Self {
            kind: ObjectKind::Route,
            object: counted_by.clone().unwrap_or_else(|| asked_for(line)),
            counted_by,
            safe: matches!(line.method, "GET" | "HEAD" | "OPTIONS"),
        }
    }
}

/// What came out of one request.
pub(super) struct Judgement {
    pub known: Option<Known>,
    pub result: Result<(), Refusal>,
    pub decision: Option<Decision>,
}

impl Judgement {
    /// Decided by the policy; a credential that did not hold says so where nobody is known.
    pub(super) fn by(decision: Decision, known: Option<Known>, fault: Option<Refusal>) -> Self {
        let result = match decision.outcome {
            Outcome::Allow => Ok(()),
            Outcome::Deny(denial) => Err(refusal(denial, &decision, fault)),
        };
        Self {
            known,
            result,
            decision: Some(decision),
        }
    }

    /// Refused before the policy was asked.
    pub(super) fn early(refusal: Refusal) -> Self {
        Self {
            known: None,
            result: Err(refusal),
            decision: None,
        }
    }

    pub(super) fn of(self, known: Option<Known>) -> Self {
        Self { known, ..self }
    }

    /// What the recorder writes or counts.
    pub(super) fn decided(
        self,
        about: About,
        application: &Application,
        (policy_version, directory_version): (u64, u64),
    ) -> Decided {
        Decided {
            principal: self
                .known
                .as_ref()
                .map_or(Principal::Anonymous, |k| k.principal),
            login: self.known.as_ref().and_then(Known::login),
            application: Some(application.id),
            kind: about.kind,
            object: about.object,
            counted_by: about.counted_by,
            refusal: self.result.err(),
            decision: self.decision,
            safe: about.safe,
            mode: application.audit,
            policy_version,
            directory_version,
        }
    }
}

/// The refusal for a denial; a credential that did not hold says so instead of "nobody is signed in".
fn refusal(denial: Denial, decision: &Decision, fault: Option<Refusal>) -> Refusal {
    let route = route_name(decision);
    match (denial, route) {
        (Denial::CredentialsMissing, _) => fault.unwrap_or(Refusal::CredentialsMissing),
        (Denial::PrincipalDisabled, _) => Refusal::PrincipalDisabled,
        (Denial::PermissionMissing, route) => Refusal::PermissionMissing {
            route,
            permissions: picked(decision, |reason| match reason {
                Reason::Missing(permission) => Some(permission.clone()),
                _ => None,
            }),
        },
        (Denial::ScopeInsufficient, route) => Refusal::ScopeInsufficient {
            route,
            scope: picked(decision, |reason| match reason {
                Reason::OutsideScope(word) => Some(word.clone()),
                _ => None,
            }),
        },
        (Denial::RepositoryAccessMissing, Some(route)) => Refusal::RepositoryAccessMissing {
            route,
            needed: needed(decision),
        },
        (Denial::TargetAmbiguous, Some(route)) => Refusal::EncodedSlash(route),
        // A denial that speaks of a route always comes with it; without one the route is what is missing.
        _ => Refusal::RouteUnknown,
    }
}

fn route_name(decision: &Decision) -> Option<RouteName> {
    decision.reasons.iter().find_map(|reason| match reason {
        Reason::Route { methods, path, .. } => Some(RouteName {
            methods: *methods,
            path: path.clone(),
        }),
        _ => None,
    })
}

fn picked<T, C: FromIterator<T>>(decision: &Decision, pick: impl Fn(&Reason) -> Option<T>) -> C {
    decision.reasons.iter().filter_map(pick).collect()
}

fn needed(decision: &Decision) -> RepositoryLevel {
    let levels = decision.reasons.iter().filter_map(|reason| match reason {
        Reason::Repository { needed, .. } => Some(*needed),
        _ => None,
    });
    levels.max().unwrap_or(RepositoryLevel::Admin)
}

/// `GET /deployments/{id} id=7`: what repeats are counted by.
fn route_with_parameters(decision: &Decision) -> Option<DisplayText> {
    let RouteName { methods, path } = route_name(decision)?;
    let mut text = format!("{methods} {path}");
    for (name, value) in &decision.parameters {
        text.extend([" ", name.as_str(), "=", value.as_str()]);
    }
    Some(DisplayText::lossy(&text))
}

/// Method and path as sent, without the query: for requests that no route knows.
fn asked_for(line: &RequestLine<'_>) -> DisplayText {
    let path = line.target.split(|b| *b == b'?' || *b == b'#').next();
    let path = String::from_utf8_lossy(path.unwrap_or_default());
    DisplayText::lossy(&format!("{} {path}", line.method))
}
