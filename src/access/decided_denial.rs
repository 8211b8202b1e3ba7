//! The denial that a decision of the policy means, with what its message names.

use super::{Denial, RouteName};
use crate::model::{ProblemCode, RepositoryLevel};
use crate::policy::{Decision, Reason, Verdict};

impl Denial {
    /// The denial of a decision; `None` if it allows. The error of the credential is the denial where sign-in is required.
    pub(super) fn of(decision: &Decision, error: Option<Self>) -> Option<Self> {
        match decision.outcome {
            Verdict::Allow => None,
            Verdict::Deny(code) => Some(denied(code, decision, error)),
        }
    }
}

/// The denial for a code; the error of the credential replaces "no credential was presented".
fn denied(code: ProblemCode, decision: &Decision, error: Option<Denial>) -> Denial {
    let route = route_name(decision);
    match (code, route) {
        (ProblemCode::CredentialsMissing, _) => error.unwrap_or(Denial::CredentialsMissing),
        (ProblemCode::PrincipalDisabled, _) => Denial::PrincipalDisabled,
        (ProblemCode::PermissionMissing, route) => Denial::PermissionMissing {
            route,
            permissions: picked(decision, |reason| match reason {
                Reason::Missing(permission) => Some(permission.clone()),
                _ => None,
            }),
        },
        (ProblemCode::ScopeInsufficient, route) => Denial::ScopeInsufficient {
            route,
            scope: picked(decision, |reason| match reason {
                Reason::OutsideScope(word) => Some(word.clone()),
                _ => None,
            }),
        },
        (ProblemCode::RepositoryAccessMissing, Some(route)) => Denial::RepositoryAccessMissing {
            route,
            needed: needed(decision),
        },
        (ProblemCode::TargetAmbiguous, Some(route)) => {
            if decision.reasons.contains(&Reason::Semicolon) {
                Denial::Semicolon(route)
            } else {
                Denial::EncodedSlash(route)
            }
        }
        // Codes that concern a route always come with it; without one, the route is missing.
        _ => Denial::RouteUnknown,
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
