//! Which problem a fault of the rooms below is. Inner errors go to the log, never to the caller.

use super::forms::{Faults, fault};
use crate::admin::{AdminError, ClaimError, SyncError};
use crate::audit_log::AuditLogError;
use crate::http::{Code, Problem};
use crate::policy::PolicyFault;
use crate::session::SessionError;
use serde_json::json;

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let sentence = error.to_string();
        let code = match &error {
            AdminError::Missing(_) => Code::NotFound,
            AdminError::Stale { present, .. } => {
                return Self::new(Code::VersionStale, sentence)
                    .with("current_version", json!(present));
            }
            AdminError::Faults(faults) => return of_policy(faults),
            AdminError::SubjectUnknown(_) => return fault("/subject/id", sentence),
            AdminError::OwnerUnknown(_) => return fault("/owner/id", sentence),
            AdminError::IssuerNotListed { place, .. } => {
                return fault(&format!("/trusts/{place}/issuer"), sentence);
            }
            AdminError::TrustTaken { place, .. } => {
                let mut list = Faults::default();
                list.note(format_args!("/trusts/{place}/claims"), sentence);
                return list.problem_of(Code::Conflict);
            }
            AdminError::ApplicationUnknown => return fault("/application_id", sentence),
            AdminError::BuiltIn
            | AdminError::RoleInUse(_)
            | AdminError::ApplicationInUse(_)
            | AdminError::LastAdministrator
            | AdminError::NameTaken(_)
            | AdminError::ServiceAccountInUse(_)
            | AdminError::ApplicationHasClients(_)
            | AdminError::SecretsFull
            | AdminError::PublicClient => Code::Conflict,
            AdminError::NotHeld(_)
            | AdminError::NotDelegated { .. }
            | AdminError::OwnRole
            | AdminError::FirstParty
            | AdminError::SessionNeeded => Code::PermissionMissing,
            AdminError::Keys(cause) => return unavailable(cause),
            AdminError::Unavailable(cause) if cause.is_low_space() => Code::StorageLow,
            AdminError::Unavailable(cause) => return unavailable(cause),
        };
        Self::new(code, sentence)
    }
}

impl From<ClaimError> for Problem {
    fn from(error: ClaimError) -> Self {
        let sentence = error.to_string();
        match error {
            ClaimError::Claimed => Self::new(Code::Conflict, sentence),
            ClaimError::WrongCode => fault("/code", sentence),
            ClaimError::NotSiteAdministrator => Self::new(Code::PermissionMissing, sentence),
            ClaimError::Admin(error) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match &error {
            SessionError::Store(cause) if cause.is_low_space() => {
                Self::new(Code::StorageLow, cause.to_string())
            }
            _ => unavailable(&error),
        }
    }
}

impl From<AuditLogError> for Problem {
    fn from(error: AuditLogError) -> Self {
        match &error {
            AuditLogError::Unrecorded(cause) if cause.is_low_space() => {
                Self::new(Code::StorageLow, cause.to_string())
            }
            _ => unavailable(&error),
        }
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Admin(error) => error.into(),
            SyncError::Mirror(error) => Self::new(Code::MembershipStale, error.to_string()),
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
        Code::StoreUnavailable,
        "it could not be written, so it was not done; the server's log says why",
    )
}

fn of_policy(faults: &[PolicyFault]) -> Problem {
    let taken = faults.iter().any(|fault| {
        matches!(
            fault,
            PolicyFault::RoleNameTaken(_)
                | PolicyFault::ApplicationNameTaken(_)
                | PolicyFault::HostTaken { .. }
        )
    });
    let mut list = Faults::default();
    for fault in faults {
        list.note(place(fault), fault);
    }
    list.problem_of(if taken {
        Code::Conflict
    } else {
        Code::RequestMalformed
    })
}

/// Where in the message the fault lies.
fn place(fault: &PolicyFault) -> String {
    match fault {
        PolicyFault::RoleNameTaken(_)
        | PolicyFault::ApplicationNameTaken(_)
        | PolicyFault::ApplicationNameReserved => "/name".to_owned(),
        PolicyFault::HostTaken { .. } => "/hosts".to_owned(),
        PolicyFault::RoleUnknown(_) => "/role".to_owned(),
        PolicyFault::RangeUnknown(_) | PolicyFault::OwnPermissionsLimited(_) => "/range".to_owned(),
        PolicyFault::NoPermission { place, .. }
        | PolicyFault::NoRepository { place, .. }
        | PolicyFault::EncodedSlashWithRest { place, .. }
        | PolicyFault::SecretUnknown { place, .. }
        | PolicyFault::SecretRepository { place, .. }
        | PolicyFault::SemicolonWithRest { place, .. } => {
            format!("/routes/{}", place.saturating_sub(1))
        }
    }
}
