//! From a decision to a refusal in words, and to what the recorder is given.

use super::decided::{About, Decided};
use super::facts::Known;
use super::{Refusal, RequestLine, RouteName};
use crate::model::{Application, MethodSet, RepositoryLevel};
use crate::policy::{Decision, Denial, Outcome, Reason};

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
        (about, safe): (About, bool),
        application: &Application,
        (policy_version, directory_version): (u64, u64),
    ) -> Decided {
        Decided {
            known: self.known,
            application: Some(application.id),
            about,
            asked_by: None,
            refusal: self.result.err(),
            decision: self.decision,
            safe,
            mode: application.audit,
            policy_version,
            directory_version,
        }
    }
}

/// A request, and whether its method promises to change nothing (RFC 9110 section 9.2.1).
pub(super) fn about_request(line: &RequestLine<'_>) -> (About, bool) {
    let method = MethodSet::known(line.method).unwrap_or("other");
    let safe = matches!(method, "GET" | "HEAD" | "OPTIONS");
    (About::Request { method }, safe)
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
        (Denial::TargetAmbiguous, Some(route)) => {
            if decision.reasons.contains(&Reason::Semicolon) {
                Refusal::Semicolon(route)
            } else {
                Refusal::EncodedSlash(route)
            }
        }
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
