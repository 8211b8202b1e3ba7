//! The input and the output of a decision: the subject, the request, the outcome with its reasons.
//!
//! Types only: `decide` makes the decision, `describe` turns its reasons into sentences.

use super::routes::Parameters;
use super::target::CanonicalPath;
use crate::model::{
    ApplicationId, BindingSubject, DirectoryUser, GroupName, MethodSet, PathPattern, Permission,
    Principal, ProblemCode, ProviderId, RepositoryAccess, RepositoryLevel, RoleBindingId, RoleId,
    Scope, ScopeWord,
};

/// The principal of a request, with the facts that a decision uses.
#[derive(Debug, Clone, Copy)]
pub struct SubjectFacts<'a> {
    /// `Anonymous` without a valid credential.
    pub principal: Principal,
    /// False when the account is disabled or deleted: then only public routes are allowed.
    pub enabled: bool,
    /// The directory's entry, for a user.
    pub user: Option<&'a DirectoryUser>,
    /// Groups at providers other than Gitea.
    pub groups: &'a [(ProviderId, GroupName)],
    /// What the credential is limited to; `None` for a session.
    pub scope: Option<&'a Scope>,
}

impl<'a> SubjectFacts<'a> {
    /// A user of the directory, not limited by a scope.
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

/// A request to a route of an application.
#[derive(Debug, Clone, Copy)]
pub struct RouteRequest<'a> {
    /// The application that the request is for.
    pub application: ApplicationId,
    /// The method as sent, in capitals.
    pub method: &'a str,
    /// The canonical path.
    pub path: &'a CanonicalPath<'a>,
    /// Gitea's answer about the repository in the path; `None` when the route names none or the caller cannot see it.
    pub repository: Option<&'a RepositoryAccess>,
}

/// An outcome with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allowed, or why not.
    pub outcome: Verdict,
    /// The reasons, in the order of the checks; never empty.
    pub reasons: Vec<Reason>,
    /// The values of the route's parameters.
    pub parameters: Parameters,
    /// The version of the policy that was applied.
    pub policy_version: u64,
}

/// Allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The request is allowed.
    Allow,
    /// The request is denied, with the code of the first failed check.
    Deny(ProblemCode),
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No route of the application has this method and path.
    NoRoute,
    /// The first route that matches the request.
    Route {
        /// Its position in the list, counted from 1.
        place: usize,
        /// Its methods.
        methods: MethodSet,
        /// Its pattern.
        path: PathPattern,
    },
    /// The route is public.
    Public,
    /// The path contains an encoded slash (`%2F`), which the route does not allow.
    EncodedSlash,
    /// The path contains a semicolon, which the route does not allow.
    Semicolon,
    /// The route requires sign-in, and the caller is anonymous.
    NotSignedIn,
    /// The account is disabled or deleted.
    Disabled,
    /// The account is disabled or deleted, and the route is public: the application sees an anonymous caller.
    SeenAsAnonymous,
    /// The caller is signed in, and the route requires no permission.
    SignedIn,
    /// The caller holds a permission, as this witness shows.
    Granted(Witness),
    /// The caller does not hold the permission.
    Missing(Permission),
    /// The credential's scope does not include this word.
    OutsideScope(ScopeWord),
    /// The required and the actual level of access to the repository.
    Repository {
        /// Required by the route.
        needed: RepositoryLevel,
        /// Granted by Gitea; `None` when the caller cannot see the repository.
        has: Option<RepositoryLevel>,
    },
}

/// A role binding that gives a permission to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The permission.
    pub permission: Permission,
    /// The role that contains it.
    pub role: RoleId,
    /// The binding of that role.
    pub binding: RoleBindingId,
    /// The subject of the binding, which the caller is or belongs to.
    pub subject: BindingSubject,
}
