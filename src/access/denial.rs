//! Why a request is denied, as a message that a person can act on. Endpoints turn these into their own answers.

use crate::model::{
    MethodSet, PathPattern, Permission, ProblemCode, RepositoryLevel, Scope, Timestamp,
};
use crate::policy::TargetError;
use crate::store::CommitError;
use crate::token::TokenError;
use std::fmt;

/// The name of a route in messages: methods and pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteName {
    /// Its methods.
    pub methods: MethodSet,
    /// Its pattern.
    pub path: PathPattern,
}

impl fmt::Display for RouteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{} {}`", self.methods, self.path)
    }
}

/// Why a request is denied. Never names other principals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// No application answers to the host.
    #[error("no application answers to this host; add the host to an application")]
    HostUnknown,
    /// Two parties could read the target differently.
    #[error("{0}")]
    TargetAmbiguous(TargetError),
    /// `%2F` on a route that does not take it as data.
    #[error(
        "the path holds a slash sent as `%2F`, and route {0} does not take it as data; send a plain slash, or switch on `encoded_slash` for the route"
    )]
    EncodedSlash(RouteName),
    /// `;` on a route that does not take it as data.
    #[error(
        "the path holds a semicolon, and route {0} does not take it as data; leave it out, or switch on `semicolon` for the route"
    )]
    Semicolon(RouteName),
    /// No credential was presented.
    #[error("no credential was presented; sign in first")]
    CredentialsMissing,
    /// The session has ended or never existed.
    #[error("the session has ended; sign in again")]
    SessionEnded,
    /// The access token is not accepted.
    #[error(transparent)]
    Token(TokenError),
    /// The account is disabled or gone.
    #[error(
        "the account is disabled or deleted, or has no active owner; ask a Gitea administrator, or an administrator of service accounts"
    )]
    PrincipalDisabled,
    /// The application has no route for it.
    #[error(
        "the application has no route for this method and path; ask an administrator of the application to add one"
    )]
    RouteUnknown,
    /// Permissions are missing.
    #[error("{} needs {}; ask for a role with it", what(.route.as_ref()), list(.permissions))]
    PermissionMissing {
        /// The route that matched, where one was asked for.
        route: Option<RouteName>,
        /// Everything that is missing.
        permissions: Vec<Permission>,
    },
    /// One of Samovar's own permissions is missing.
    #[error(
        "this needs permission `{0}`; ask an administrator of Samovar for a role that gives it"
    )]
    OwnPermissionMissing(&'static str),
    /// The caller holds one of Samovar's own permissions, and the credential's scope leaves it out.
    #[error("this needs scope `{0}`, which your token leaves out; ask for one with it")]
    OwnScopeInsufficient(&'static str),
    /// The credential's scope leaves permissions out.
    #[error("{} needs scope `{scope}`; ask for a credential with it", what(.route.as_ref()))]
    ScopeInsufficient {
        /// The route that matched, where one was asked for.
        route: Option<RouteName>,
        /// What the credential's scope leaves out.
        scope: Scope,
    },
    /// Access to the repository is missing.
    #[error(
        "route {route} needs {needed} access to the Gitea repository that the path names; ask its owners"
    )]
    RepositoryAccessMissing {
        /// The route that matched.
        route: RouteName,
        /// At least this.
        needed: RepositoryLevel,
    },
    /// Gitea did not answer for longer than the grace.
    #[error("Gitea has not confirmed the memberships since {since}; try again when Gitea answers")]
    MembershipStale {
        /// The freshness of the facts.
        since: Timestamp,
    },
    /// The disk is almost full, so nothing new is written.
    #[error(
        "the disk of the server is almost full, so nothing new can be recorded and only reads continue; ask its operator to free space"
    )]
    StorageLow,
    /// The audit event could not be written, so nothing is allowed.
    #[error("the audit log cannot be written; the server's log says why")]
    StoreUnavailable,
    /// The assertion that the application relies on could not be signed.
    #[error("the assertion of the caller's identity cannot be signed; the server's log says why")]
    AssertionUnavailable,
}

impl Denial {
    /// The stable code that problem documents and events carry.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::HostUnknown => ProblemCode::HostUnknown,
            Self::TargetAmbiguous(_) | Self::EncodedSlash(_) | Self::Semicolon(_) => {
                ProblemCode::TargetAmbiguous
            }
            Self::CredentialsMissing => ProblemCode::CredentialsMissing,
            Self::SessionEnded => ProblemCode::SessionEnded,
            Self::Token(error) => error.code(),
            Self::PrincipalDisabled => ProblemCode::PrincipalDisabled,
            Self::RouteUnknown => ProblemCode::RouteUnknown,
            Self::PermissionMissing { .. } | Self::OwnPermissionMissing(_) => {
                ProblemCode::PermissionMissing
            }
            Self::ScopeInsufficient { .. } | Self::OwnScopeInsufficient(_) => {
                ProblemCode::ScopeInsufficient
            }
            Self::RepositoryAccessMissing { .. } => ProblemCode::RepositoryAccessMissing,
            Self::MembershipStale { .. } => ProblemCode::MembershipStale,
            Self::StorageLow => ProblemCode::StorageLow,
            Self::StoreUnavailable | Self::AssertionUnavailable => ProblemCode::StoreUnavailable,
        }
    }

    /// The refusal of what could not be recorded. That the disk is almost full is logged once, by the store.
    pub(super) fn not_recorded(error: &CommitError) -> Self {
        if error.is_low_space() {
            return Self::StorageLow;
        }
        tracing::error!(%error, "a decision could not be recorded, so it is refused");
        Self::StoreUnavailable
    }

    /// The scope that is needed, where the credential's is too narrow.
    pub fn scope(&self) -> Option<String> {
        match self {
            Self::ScopeInsufficient { scope, .. } => Some(scope.to_string()),
            Self::OwnScopeInsufficient(word) => Some((*word).to_owned()),
            _ => None,
        }
    }
}

fn what(route: Option<&RouteName>) -> String {
    route.map_or_else(|| "this".to_owned(), |route| format!("route {route}"))
}

fn list(permissions: &[Permission]) -> String {
    let noun = if permissions.len() == 1 {
        "permission"
    } else {
        "permissions"
    };
    let names: Vec<String> = permissions.iter().map(|p| format!("`{p}`")).collect();
    format!("{noun} {}", names.join(", "))
}
