//! The decision: a function of policy, subject, request and instant. `explain` is the same code with every witness.
//!
//! Cannot fail and never guesses: a bad policy is refused when it is built, a bad target before it gets here.

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

/// Can Gitea's answer about the repository that the path names change the decision? Asked before Gitea is, so that a
/// caller who is refused anyway causes no call. `request.repository` is not looked at.
pub fn needs_repository(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &RouteRequest<'_>,
    now: Timestamp,
) -> bool {
    Case::of(policy, subject, request, now).needs_repository(request)
}

/// The same for [`explain`], which gives every witness.
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

/// Decides about permissions in an application, as a route that needs them would be decided. No repository is named, so
/// that a binding over repositories gives nothing.
pub fn decide_permissions(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    (application, needed): (ApplicationId, &BTreeSet<Permission>),
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
        let open = route.requirement == Requirement::Public;
        let ambiguous = request.path.has_encoded_slash() && !route.encoded_slash;
        if open || ambiguous || !self.subject.enabled {
            return false;
        }
        let asked = route.repository.map(|needed| needed.level);
        if asked.is_some_and(|level| !self.scope_reaches(level)) {
            return false;
        }
        let Requirement::Permissions(needed) = &route.requirement else {
            return asked.is_some();
        };
        let mut matters = asked.is_some();
        for permission in needed {
            match self.in_repositories_alone(permission) {
                None => return false,
                Some(by_range) => matters |= by_range,
            }
        }
        matters
    }

    /// Does it take a repository to hold this permission? `None` when no repository can give it within the scope.
    fn in_repositories_alone(&self, permission: &Permission) -> Option<bool> {
        let anywhere = Case {
            repository: None,
            ..*self
        };
        let held = anywhere.holdings().witness(permission).is_some();
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

    /// Does the credential's scope reach so far into repositories?
    fn scope_reaches(&self, level: RepositoryLevel) -> bool {
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

    /// Somebody, whose account is in order.
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

    /// All permissions are looked at, so that a refusal names everything that is missing.
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
        // Before Gitea's answer, which is not asked for when the scope leaves it out.
        if !self.scope_reaches(needed) {
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

/// The highest degree that Gitea's answer gives; a member with issue rights alone may see a repository and not read it.
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
