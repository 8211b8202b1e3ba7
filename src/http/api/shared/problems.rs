//! The problem for each error of the lower layers.
//!
//! May name their error types. Must never send an inner error to the caller: it goes to the log.

use super::field_errors::{FieldErrors, invalid};
use crate::admin::{AdminError, BootstrapError, SyncError};
use crate::audit_log::AuditLogError;
use crate::http::{Problem, ProblemCode};
use crate::policy::PolicyError;
use crate::session::SessionError;
use serde_json::json;

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let detail = error.to_string();
        let code = match &error {
            AdminError::Missing(_) => ProblemCode::NotFound,
            AdminError::Stale { current, .. } => {
                return Self::new(ProblemCode::VersionStale, detail)
                    .with("current_version", json!(current));
            }
            AdminError::PolicyErrors(errors) => return of_policy(errors),
            AdminError::SubjectUnknown(_) => return invalid("/subject/id", detail),
            AdminError::OwnerUnknown(_) => return invalid("/owner/id", detail),
            AdminError::ProviderUnknown(_) => return invalid("/subject/provider", detail),
            AdminError::TooManyDenials(wait) => {
                return Self::new(ProblemCode::TooManyRequests, detail).after(wait.as_secs() + 1);
            }
            AdminError::IssuerNotListed { place, .. } => {
                return invalid(format_args!("/trusts/{place}/issuer"), detail);
            }
            AdminError::TrustConflict { place, .. } => {
                let mut list = FieldErrors::default();
                list.note(format_args!("/trusts/{place}/claims"), detail);
                return list.into_problem(ProblemCode::Conflict);
            }
            AdminError::ApplicationUnknown => return invalid("/application_id", detail),
            AdminError::BuiltIn
            | AdminError::RoleInUse(_)
            | AdminError::ApplicationInUse(_)
            | AdminError::LastAdministrator
            | AdminError::NameTaken(_)
            | AdminError::ServiceAccountInUse(_)
            | AdminError::ApplicationHasClients(_)
            | AdminError::TooManySecrets
            | AdminError::PublicClient => ProblemCode::Conflict,
            AdminError::NotHeld(_)
            | AdminError::NotDelegated { .. }
            | AdminError::OwnPermission
            | AdminError::ConsentRequired
            | AdminError::PermissionWithdrawn(_)
            | AdminError::SessionRequired => ProblemCode::PermissionMissing,
            AdminError::Keys(_) => return unavailable(false, &error),
            AdminError::Store(cause) => return unavailable(cause.is_low_space(), &error),
        };
        Self::new(code, detail)
    }
}

impl From<BootstrapError> for Problem {
    fn from(error: BootstrapError) -> Self {
        let detail = error.to_string();
        match error {
            BootstrapError::AdministratorExists => Self::new(ProblemCode::Conflict, detail),
            BootstrapError::WrongCode => invalid("/code", detail),
            BootstrapError::NotSiteAdministrator => {
                Self::new(ProblemCode::PermissionMissing, detail)
            }
            BootstrapError::Admin(error) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        let low_space = matches!(&error, SessionError::Store(cause) if cause.is_low_space());
        unavailable(low_space, &error)
    }
}

impl From<AuditLogError> for Problem {
    fn from(error: AuditLogError) -> Self {
        match &error {
            AuditLogError::Unrecorded(cause) => unavailable(cause.is_low_space(), &error),
            AuditLogError::Unreadable(_) => {
                tracing::error!(%error, "the audit log could not be read");
                let detail = "the audit log cannot be read; the server's log says why";
                Self::new(ProblemCode::StoreUnavailable, detail)
            }
        }
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Admin(error) => error.into(),
            SyncError::Mirror(error) => Self::new(ProblemCode::MembershipStale, error.to_string()),
        }
    }
}

/// The changed object, or the problem. If the caller's version is stale, `changed` names the members in which the current
/// object differs from the request.
pub fn of_change<T, N>(
    changed: Result<T, AdminError>,
    current: Option<N>,
    differences: impl FnOnce(N) -> Vec<&'static str>,
) -> Result<T, Problem> {
    changed.map_err(|error| {
        let stale = matches!(error, AdminError::Stale { .. });
        let problem = Problem::from(error);
        match current.filter(|_| stale) {
            Some(current) => problem.with("changed", json!(differences(current))),
            None => problem,
        }
    })
}

/// Names of the members in which two objects differ.
macro_rules! differences {
    ($one:expr, $other:expr; $($member:ident),+) => {
        [$((stringify!($member), $one.$member != $other.$member)),+]
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name))
            .collect::<Vec<_>>()
    };
}
pub(in crate::http::api) use differences;

/// The problem if the store cannot write. The detail says if the disk is almost full; any other cause is logged.
fn unavailable(low_space: bool, error: &(dyn std::error::Error + 'static)) -> Problem {
    if low_space {
        return Problem::new(ProblemCode::StorageLow, error.to_string());
    }
    tracing::error!(error, "a change could not be written, so it was not made");
    Problem::new(
        ProblemCode::StoreUnavailable,
        "nothing was done because it could not be written; the server's log says why",
    )
}

fn of_policy(errors: &[PolicyError]) -> Problem {
    let taken = |error: &PolicyError| {
        matches!(
            error,
            PolicyError::RoleNameTaken(_)
                | PolicyError::ApplicationNameTaken(_)
                | PolicyError::HostTaken { .. }
        )
    };
    let mut list = FieldErrors::default();
    for error in errors {
        list.note(pointer(error), error);
    }
    list.into_problem(if errors.iter().any(taken) {
        ProblemCode::Conflict
    } else {
        ProblemCode::RequestMalformed
    })
}

/// The JSON pointer of the member with the error.
fn pointer(error: &PolicyError) -> String {
    match error {
        PolicyError::RoleNameTaken(_)
        | PolicyError::ApplicationNameTaken(_)
        | PolicyError::ApplicationNameReserved => "/name".to_owned(),
        PolicyError::HostTaken { .. } => "/hosts".to_owned(),
        PolicyError::RoleUnknown(_) => "/role".to_owned(),
        PolicyError::RangeUnknown(_) | PolicyError::OwnPermissionsLimited(_) => "/range".to_owned(),
        PolicyError::NoPermission { place, .. }
        | PolicyError::NoRepository { place, .. }
        | PolicyError::EncodedSlashWithRest { place, .. }
        | PolicyError::SecretUnknown { place, .. }
        | PolicyError::SecretRepository { place, .. }
        | PolicyError::SemicolonWithRest { place, .. } => {
            format!("/routes/{}", place.saturating_sub(1))
        }
    }
}
