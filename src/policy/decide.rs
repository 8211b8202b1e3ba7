//! The decision: a function of policy, subject, request and instant. `explain` is the same code with every witness.
//!
//! Cannot fail and never guesses: a bad policy is refused when it is built, a bad target before it gets here.

use super::holdings::Holdings;
use super::routes::Parameters;
use super::snapshot::Policy;
use super::target::CanonicalPath;
use crate::model::{
    ApplicationId, BindingSubject, DirectoryUser, GroupName, MethodSet, PathPattern, Permission,
    Principal, ProviderId, RepositoryAccess, RepositoryLevel, Requirement, RoleBindingId, RoleId,
    Route, Scope, ScopeWord, Timestamp,
};
use std::collections::BTreeSet;

/// What is known of whoever asks.
#[derive(Debug, Clone, Copy)]
pub struct SubjectFacts<'a> {
    /// Who it is; `Anonymous` when nobody signed in.
    pub principal: Principal,
    /// False when the account is disabled or gone: then nothing but public routes is left.
    pub enabled: bool,
    /// The directory's entry of a person.
    pub user: Option<&'a DirectoryUser>,
    /// Groups of other providers.
    pub groups: &'a [(ProviderId, GroupName)],
    /// What the credential is limited to; `None` for a session.
    pub scope: Option<&'a Scope>,
}

impl<'a> SubjectFacts<'a> {
    /// A person of the directory, with nothing that narrows what they may do.
    pub const fn of(user: &'a DirectoryUser) -> Self {
        Self {
            principal: Principal::User(user.id),
            enabled: user.enabled,
            user: Some(user),
            groups: user.groups(),
            scope: None,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Of which application.
    pub application: ApplicationId,
    /// In capitals, as sent.
    pub method: &'a str,
    /// In its one form.
    pub path: &'a CanonicalPath,
    /// What Gitea says of the repository that the route names; `None` when it names none or Gitea shows none.
    pub repository: Option<&'a RepositoryAccess>,
}

/// The answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allowed, or why not.
    pub outcome: Outcome,
    /// What led to it, in the order in which it was looked at; never empty.
    pub reasons: Vec<Reason>,
    /// The values of the route's parameters.
    pub parameters: Parameters,
    /// The policy that was asked.
    pub policy_version: u64,
}

/// Allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something allows it.
    Allow,
    /// Nothing allows it.
    Deny(Denial),
}

/// Why something is denied; each has its own answer and code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The application has no route for it.
    RouteUnknown,
    /// `%2F` on a route that does not take it as data.
    TargetAmbiguous,
    /// Nobody signed in.
    CredentialsMissing,
    /// The account is disabled or gone.
    PrincipalDisabled,
    /// A permission is missing.
    PermissionMissing,
    /// The principal holds the permission but the credential's scope does not.
    ScopeInsufficient,
    /// The access to the repository is missing.
    RepositoryAccessMissing,
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No route of the application has this method and path.
    NoRoute,
    /// This route is the first that matches.
    Route {
        /// Counted from 1, as people count.
        place: usize,
        /// Its methods.
        methods: MethodSet,
        /// Its pattern.
        path: PathPattern,
    },
    /// The route asks for nothing.
    Public,
    /// The path holds a slash sent as `%2F`, and the route does not take it as data.
    EncodedSlash,
    /// The route wants somebody signed in, and nobody is.
    NotSignedIn,
    /// The account is disabled or gone.
    Disabled,
    /// Somebody is signed in; the route asks for no more.
    SignedIn,
    /// A permission is held, by this witness.
    Granted(Witness),
    /// A permission is not held.
    Missing(Permission),
    /// It is held, but the credential's scope leaves it out.
    OutsideScope(ScopeWord),
    /// What the repository gives beside what the route needs.
    Repository {
        /// Asked for.
        needed: RepositoryLevel,
        /// Given by Gitea; `None` when Gitea shows the caller no such repository.
        has: Option<RepositoryLevel>,
    },
}

/// A witness: this binding gives this permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// What is given.
    pub permission: Permission,
    /// Through which role.
    pub role: RoleId,
    /// By which binding.
    pub binding: RoleBindingId,
    /// To whom: the subject that the caller is or belongs to.
    pub subject: BindingSubject,
}

/// Decides, with one deterministic witness for each permission (the binding with the lowest id).
pub fn decide(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &Request<'_>,
    now: Timestamp,
) -> Decision {
    Case::of(policy, subject, request, now).decide(request)
}

/// The same decision with every witness.
pub fn explain(
    policy: &Policy,
    subject: &SubjectFacts<'_>,
    request: &Request<'_>,
    now: Timestamp,
) -> Decision {
    let case = Case::of(policy, subject, request, now);
    Case {
        every_witness: true,
        ..case
    }
    .decide(request)
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
    case.decision(result, reasons, Parameters::new())
}

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
        request: &Request<'a>,
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

    fn decide(&self, request: &Request<'_>) -> Decision {
        let Some((at, route, parameters)) =
            self.policy
                .route(request.application, request.method, request.path)
        else {
            return self.decision(
                Err(Denial::RouteUnknown),
                vec![Reason::NoRoute],
                Parameters::new(),
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
        result: Result<(), Denial>,
        reasons: Vec<Reason>,
        parameters: Parameters,
    ) -> Decision {
        let outcome = result.map_or_else(Outcome::Deny, |()| Outcome::Allow);
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
        path: &CanonicalPath,
        reasons: &mut Vec<Reason>,
    ) -> Result<(), Denial> {
        if path.has_encoded_slash() && !route.encoded_slash {
            reasons.push(Reason::EncodedSlash);
            return Err(Denial::TargetAmbiguous);
        }
        if route.requirement == Requirement::Public {
            reasons.push(Reason::Public);
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
    fn check_principal(&self, reasons: &mut Vec<Reason>) -> Result<(), Denial> {
        if self.subject.principal == Principal::Anonymous {
            reasons.push(Reason::NotSignedIn);
            return Err(Denial::CredentialsMissing);
        }
        if !self.subject.enabled {
            reasons.push(Reason::Disabled);
            return Err(Denial::PrincipalDisabled);
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
    ) -> Result<(), Denial> {
        let mut result = Ok(());
        for permission in needed {
            let mut witnesses = self.holdings().witnesses(permission);
            if witnesses.is_empty() {
                reasons.push(Reason::Missing(permission.clone()));
                result = Err(Denial::PermissionMissing);
                continue;
            }
            if !self.every_witness {
                witnesses.truncate(1);
            }
            reasons.extend(witnesses.into_iter().map(Reason::Granted));
            if self
                .subject
                .scope
                .is_some_and(|scope| !scope.contains(permission))
            {
                reasons.push(Reason::OutsideScope(ScopeWord::Permission(
                    permission.clone(),
                )));
                result = result.and(Err(Denial::ScopeInsufficient));
            }
        }
        result
    }

    fn check_repository(
        &self,
        needed: RepositoryLevel,
        reasons: &mut Vec<Reason>,
    ) -> Result<(), Denial> {
        let has = self.repository.and_then(level);
        reasons.push(Reason::Repository { needed, has });
        if has.is_none_or(|has| has < needed) {
            return Err(Denial::RepositoryAccessMissing);
        }
        let scope = self.subject.scope;
        if scope.is_some_and(|scope| scope.repository() < Some(needed)) {
            reasons.push(Reason::OutsideScope(ScopeWord::Repository(needed)));
            return Err(Denial::ScopeInsufficient);
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
