//! The decision: a pure function of policy, subject, request and instant. `explain` is the same code with every witness.
//!
//! Cannot fail: `Policy::build` rejects an invalid policy, and `CanonicalPath::parse` an ambiguous target.

use super::decision::{Decision, Reason, RouteRequest, SubjectFacts, Verdict};
use super::holdings::Holdings;
use super::routes::Parameters;
use super::snapshot::Policy;
use super::target::CanonicalPath;
use crate::model::{
    ApplicationId, Permission, Principal, ProblemCode, RepositoryAccess, RepositoryLevel,
    Requirement, Route, ScopeWord, Timestamp,
};
use std::collections::BTreeSet;

/// Decides, with one deterministic witness for each permission (the binding with the lowest id).
pub fn decide(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &RouteRequest<'_>,
    now: Timestamp,
) -> Decision {
    Case::of(policy, subject, request, now).decide(request)
}

/// The same decision with every witness.
pub fn explain(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &RouteRequest<'_>,
    now: Timestamp,
) -> Decision {
    let case = Case::of(policy, subject, request, now);
    Case {
        every_witness: true,
        ..case
    }
    .decide(request)
}

/// Can Gitea's answer about the repository in the path change the decision? Checked before Gitea is called, so that a
/// request that is denied anyway causes no call. Ignores `request.repository`.
pub fn needs_repository(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &RouteRequest<'_>,
    now: Timestamp,
) -> bool {
    Case::of(policy, subject, request, now).needs_repository(request)
}

/// [`needs_repository`] for [`explain`], which needs every witness.
pub fn explain_needs_repository(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &RouteRequest<'_>,
    now: Timestamp,
) -> bool {
    let case = Case::of(policy, subject, request, now);
    Case {
        every_witness: true,
        ..case
    }
    .needs_repository(request)
}

/// Decides about permissions in an application like a route that requires them. There is no repository, so bindings over
/// repositories do not apply.
pub fn decide_permissions(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    application: ApplicationId,
    needed: &BTreeSet<Permission>,
    now: Timestamp,
) -> Decision {
    let case = Case {
        policy,
        subject,
        application,
        repository: None,
        now,
        every_witness: false,
    };
    let mut reasons = Vec::new();
    let result = case
        .check_principal(&mut reasons)
        .and_then(|()| case.check_permissions(needed, &mut reasons));
    case.decision(result, reasons, Parameters::default())
}

#[derive(Clone, Copy)]
struct Case<'a> {
    policy: &'a Policy,
    subject: &'a SubjectFacts<'a>,
    application: ApplicationId,
    repository: Option<&'a RepositoryAccess>,
    now: Timestamp,
    every_witness: bool,
}

impl<'a> Case<'a> {
    const fn of(
        policy: &'a Policy,
        subject: &'a SubjectFacts<'a>,
        request: &RouteRequest<'a>,
        now: Timestamp,
    ) -> Self {
        Self {
            policy,
            subject,
            application: request.application,
            repository: request.repository,
            now,
            every_witness: false,
        }
    }

    fn needs_repository(&self, request: &RouteRequest<'_>) -> bool {
        let found = self
            .policy
            .route(request.application, request.method, request.path);
        let Some((_, route, _)) = found else {
            return false;
        };
        let public = route.requirement == Requirement::Public;
        let ambiguous = (request.path.has_encoded_slash() && !route.encoded_slash)
            || (request.path.has_semicolon() && !route.semicolon);
        if public || ambiguous || !self.subject.enabled {
            return false;
        }
        let required = route.repository.map(|needed| needed.level);
        if required.is_some_and(|level| !self.scope_includes(level)) {
            return false;
        }
        let Requirement::Permissions(needed) = &route.requirement else {
            return required.is_some();
        };
        let mut matters = required.is_some();
        for permission in needed {
            match self.depends_on_repository(permission) {
                None => return false,
                Some(depends) => matters |= depends,
            }
        }
        matters
    }

    /// Can only Gitea's answer show whether the permission is held? `None` when it is not held in any repository, or the
    /// scope does not include it.
    fn depends_on_repository(&self, permission: &Permission) -> Option<bool> {
        let without_repository = Case {
            repository: None,
            ..*self
        };
        let held = without_repository.holdings().witness(permission).is_some();
        let scope = self.subject.scope;
        if scope.is_some_and(|scope| !scope.contains(permission)) {
            return None;
        }
        if held && !self.every_witness {
            return Some(false);
        }
        let possible = self.holdings().in_some_repository(permission);
        (held || possible).then_some(possible)
    }

    /// Does the credential's scope include this level of repository access?
    fn scope_includes(&self, level: RepositoryLevel) -> bool {
        let scope = self.subject.scope;
        scope.is_none_or(|scope| scope.repository() >= Some(level))
    }

    fn decide(&self, request: &RouteRequest<'_>) -> Decision {
        let Some((at, route, parameters)) =
            self.policy
                .route(request.application, request.method, request.path)
        else {
            return self.decision(
                Err(ProblemCode::RouteUnknown),
                vec![Reason::NoRoute],
                Parameters::default(),
            );
        };
        let mut reasons = vec![Reason::Route {
            place: at + 1,
            methods: route.methods,
            path: route.path.clone(),
        }];
        let result = self.check(route, request.path, &mut reasons);
        self.decision(result, reasons, parameters)
    }

    fn decision(
        &self,
        result: Result<(), ProblemCode>,
        reasons: Vec<Reason>,
        parameters: Parameters,
    ) -> Decision {
        let outcome = result.map_or_else(Verdict::Deny, |()| Verdict::Allow);
        Decision {
            outcome,
            reasons,
            parameters,
            policy_version: self.policy.version(),
        }
    }

    fn check(
        &self,
        route: &Route,
        path: &CanonicalPath<'_>,
        reasons: &mut Vec<Reason>,
    ) -> Result<(), ProblemCode> {
        if path.has_encoded_slash() && !route.encoded_slash {
            reasons.push(Reason::EncodedSlash);
            return Err(ProblemCode::TargetAmbiguous);
        }
        if path.has_semicolon() && !route.semicolon {
            reasons.push(Reason::Semicolon);
            return Err(ProblemCode::TargetAmbiguous);
        }
        if route.requirement == Requirement::Public {
            reasons.push(Reason::Public);
            if self.subject.principal != Principal::Anonymous && !self.subject.enabled {
                reasons.push(Reason::SeenAsAnonymous);
            }
            return Ok(());
        }
        self.check_principal(reasons)?;
        match &route.requirement {
            Requirement::Permissions(needed) => self.check_permissions(needed, reasons)?,
            Requirement::SignedIn | Requirement::Public => reasons.push(Reason::SignedIn),
        }
        route.repository.map_or(Ok(()), |needed| {
            self.check_repository(needed.level, reasons)
        })
    }

    /// The caller is signed in, and the account is enabled.
    fn check_principal(&self, reasons: &mut Vec<Reason>) -> Result<(), ProblemCode> {
        if self.subject.principal == Principal::Anonymous {
            reasons.push(Reason::NotSignedIn);
            return Err(ProblemCode::CredentialsMissing);
        }
        if !self.subject.enabled {
            reasons.push(Reason::Disabled);
            return Err(ProblemCode::PrincipalDisabled);
        }
        Ok(())
    }

    fn holdings(&self) -> Holdings<'_> {
        Holdings {
            policy: self.policy,
            subject: self.subject,
            application: Some(self.application),
            repository: self.repository,
            now: self.now,
        }
    }

    /// Checks all permissions, so that a denial names every missing one.
    fn check_permissions(
        &self,
        needed: &BTreeSet<Permission>,
        reasons: &mut Vec<Reason>,
    ) -> Result<(), ProblemCode> {
        let mut result = Ok(());
        for permission in needed {
            let before = reasons.len();
            if self.every_witness {
                let witnesses = self.holdings().witnesses(permission);
                reasons.extend(witnesses.into_iter().map(Reason::Granted));
            } else {
                reasons.extend(self.holdings().witness(permission).map(Reason::Granted));
            }
            if reasons.len() == before {
                reasons.push(Reason::Missing(permission.clone()));
                result = Err(ProblemCode::PermissionMissing);
                continue;
            }
            if self
                .subject
                .scope
                .is_some_and(|scope| !scope.contains(permission))
            {
                reasons.push(Reason::OutsideScope(ScopeWord::Permission(
                    permission.clone(),
                )));
                result = result.and(Err(ProblemCode::ScopeInsufficient));
            }
        }
        result
    }

    fn check_repository(
        &self,
        needed: RepositoryLevel,
        reasons: &mut Vec<Reason>,
    ) -> Result<(), ProblemCode> {
        // Checked first: without the scope, `needs_repository` is false and Gitea is not called.
        if !self.scope_includes(needed) {
            reasons.push(Reason::OutsideScope(ScopeWord::Repository(needed)));
            return Err(ProblemCode::ScopeInsufficient);
        }
        let has = self.repository.and_then(level);
        reasons.push(Reason::Repository { needed, has });
        if has.is_none_or(|has| has < needed) {
            return Err(ProblemCode::RepositoryAccessMissing);
        }
        Ok(())
    }
}

/// The highest level in Gitea's answer. A member with issue rights only may see a repository without read access.
fn level(access: &RepositoryAccess) -> Option<RepositoryLevel> {
    match access {
        RepositoryAccess { admin: true, .. } => Some(RepositoryLevel::Admin),
        RepositoryAccess { push: true, .. } => Some(RepositoryLevel::Write),
        RepositoryAccess { pull: true, .. } => Some(RepositoryLevel::Read),
        _ => None,
    }
}

#[cfg(test)]
#[path = "decide_tests/mod.rs"]
mod tests;
