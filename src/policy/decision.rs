//! What is asked and what is answered: the subject, the request, the outcome with its reasons.
//!
//! Words alone; the judging is in `decide`, the sentences are in `words`.

use super::routes::Parameters;
use super::target::CanonicalPath;
use crate::model::{
    ApplicationId, BindingSubject, DirectoryUser, GroupName, MethodSet, PathPattern, Permission,
    Principal, ProblemCode, ProviderId, RepositoryAccess, RepositoryLevel, RoleBindingId, RoleId,
    Scope, ScopeWord,
};

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
pub struct RouteRequest<'a> {
    /// Of which application.
    pub application: ApplicationId,
    /// In capitals, as sent.
    pub method: &'a str,
    /// In its one form.
    pub path: &'a CanonicalPath<'a>,
    /// What Gitea says of the repository that the route names; `None` when it names none or Gitea shows none.
    pub repository: Option<&'a RepositoryAccess>,
}

/// The answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allowed, or why not.
    pub outcome: Verdict,
    /// What led to it, in the order in which it was looked at; never empty.
    pub reasons: Vec<Reason>,
    /// The values of the route's parameters.
    pub parameters: Parameters,
    /// The policy that was asked.
    pub policy_version: u64,
}

/// Allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Something allows it.
    Allow,
    /// Nothing allows it.
    Deny(ProblemCode),
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
    /// The path holds a semicolon, and the route does not take it as data.
    Semicolon,
    /// The route wants somebody signed in, and nobody is.
    NotSignedIn,
    /// The account is disabled or gone.
    Disabled,
    /// The account is disabled or gone, and the route is public: the application sees an anonymous caller.
    SeenAsAnonymous,
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
