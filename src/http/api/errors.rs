//! Which problem a fault of the rooms below is. Inner errors go to the log, never to the caller.

use super::forms::{Errors, problem_at};
use crate::admin::{AdminError, BootstrapError, SyncError};
use crate::audit_log::AuditLogError;
use crate::http::{Problem, ProblemCode};
use crate::policy::PolicyError;
use crate::session::SessionError;
use serde_json::json;

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let sentence = error.to_string();
        let code = match &error {
            AdminError::Missing(_) => ProblemCode::NotFound,
            AdminError::Stale { current, .. } => {
                return Self::new(ProblemCode::VersionStale, sentence)
                    .with("current_version", json!(current));
            }
            AdminError::PolicyErrors(errors) => return of_policy(errors),
            AdminError::SubjectUnknown(_) => return problem_at("/subject/id", sentence),
            AdminError::OwnerUnknown(_) => return problem_at("/owner/id", sentence),
            AdminError::IssuerNotListed { place, .. } => {
                return problem_at(&format!("/trusts/{place}/issuer"), sentence);
            }
            AdminError::TrustConflict { place, .. } => {
                let mut list = Errors::default();
                list.note(format_args!("/trusts/{place}/claims"), sentence);
                return list.problem_of(ProblemCode::Conflict);
            }
            AdminError::ApplicationUnknown => return problem_at("/application_id", sentence),
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
            | AdminError::SessionRequired => ProblemCode::PermissionMissing,
            AdminError::Keys(cause) => return unavailable(cause),
            AdminError::Store(cause) if cause.is_low_space() => ProblemCode::StorageLow,
            AdminError::Store(cause) => return unavailable(cause),
        };
        Self::new(code, sentence)
    }
}

impl From<BootstrapError> for Problem {
    fn from(error: BootstrapError) -> Self {
        let sentence = error.to_string();
        match error {
            BootstrapError::AdministratorExists => Self::new(ProblemCode::Conflict, sentence),
            BootstrapError::WrongCode => problem_at("/code", sentence),
            BootstrapError::NotSiteAdministrator => {
                Self::new(ProblemCode::PermissionMissing, sentence)
            }
            BootstrapError::Admin(error) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match &error {
            SessionError::Store(cause) if cause.is_low_space() => {
                Self::new(ProblemCode::StorageLow, cause.to_string())
            }
            _ => unavailable(&error),
        }
    }
}

impl From<AuditLogError> for Problem {
    fn from(error: AuditLogError) -> Self {
        match &error {
            AuditLogError::Unrecorded(cause) if cause.is_low_space() => {
                Self::new(ProblemCode::StorageLow, cause.to_string())
            }
            _ => unavailable(&error),
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

/// A change that came too late also says in which members the object differs now from what was sent.
pub(super) fn of_update(error: AdminError, changed: Option<Vec<&'static str>>) -> Problem {
    let stale = matches!(error, AdminError::Stale { .. });
    let problem = Problem::from(error);
    match changed {
        Some(changed) if stale => problem.with("changed", json!(changed)),
        _ => problem,
    }
}

/// Nothing may happen when it cannot be written.
pub(super) fn unavailable(cause: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(cause, "a change could not be written, so it was not made");
    Problem::new(
        ProblemCode::StoreUnavailable,
        "it could not be written, so it was not done; the server's log says why",
    )
}

fn of_policy(errors: &[PolicyError]) -> Problem {
    let taken = errors.iter().any(|error| {
        matches!(
            error,
            PolicyError::RoleNameTaken(_)
                | PolicyError::ApplicationNameTaken(_)
                | PolicyError::HostTaken { .. }
        )
    });
    let mut list = Errors::default();
    for error in errors {
        list.note(place(error), error);
    }
    list.problem_of(if taken {
        ProblemCode::Conflict
    } else {
        ProblemCode::RequestMalformed
    })
}

/// Where in the message the fault lies.
fn place(error: &PolicyError) -> String {
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
