//! The outcome of a request: from the policy's decision to a denial with a message, and to a record for the audit log.

use super::credentials::AuthenticatedPrincipal;
use super::decision_record::{DecisionObject, DecisionRecord};
use super::{Denial, RequestLine, RouteName};
use crate::audit::Versions;
use crate::model::{Application, MethodSet, ProblemCode, RepositoryLevel};
use crate::policy::{Decision, Reason, Verdict};

/// The outcome of one request.
pub(super) struct AccessOutcome {
    pub known: Option<AuthenticatedPrincipal>,
    pub result: Result<(), Denial>,
    pub decision: Option<Decision>,
}

/// What was decided about, as the audit log states it.
pub(super) struct RecordedAccess {
    pub object: DecisionObject,
    /// Whether the method is safe (RFC 9110 section 9.2.1).
    pub safe: bool,
}

impl AccessOutcome {
    /// Decided by the policy; the error of the credential is the denial where sign-in is required.
    pub(super) fn by(
        decision: Decision,
        known: Option<AuthenticatedPrincipal>,
        error: Option<Denial>,
    ) -> Self {
        let result = match decision.outcome {
            Verdict::Allow => Ok(()),
            Verdict::Deny(denial) => Err(denied(denial, &decision, error)),
        };
        Self {
            known,
            result,
            decision: Some(decision),
        }
    }

    /// Denied before the policy was asked.
    pub(super) fn early(denial: Denial) -> Self {
        Self {
            known: None,
            result: Err(denial),
            decision: None,
        }
    }

    pub(super) fn of(self, known: Option<AuthenticatedPrincipal>) -> Self {
        Self { known, ..self }
    }

    /// The record for the audit log.
    pub(super) fn decided(
        self,
        access: RecordedAccess,
        application: &Application,
        versions: Versions,
    ) -> DecisionRecord {
        DecisionRecord {
            known: self.known,
            application: Some(application.id),
            object: access.object,
            asked_by: None,
            denial: self.result.err(),
            decision: self.decision,
            safe: access.safe,
            mode: application.audit,
            versions,
        }
    }
}

impl RecordedAccess {
    pub(super) fn of_request(line: &RequestLine<'_>) -> Self {
        let method = MethodSet::static_name(line.method).unwrap_or("other");
        Self {
            object: DecisionObject::Request { method },
            safe: matches!(method, "GET" | "HEAD" | "OPTIONS"),
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
