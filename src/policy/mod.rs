//! Who may do what: the target canonicaliser, the policy, and the decision.
//!
//! Pure: no I/O, no clock, no randomness, no async. May name `model` alone. Everything is denied unless something
//! allows it; there are no deny rules.

mod administrators;
mod built_in;
mod decide;
mod decision;
mod describe;
mod holdings;
mod route_changes;
mod route_warnings;
mod routes;
mod snapshot;
mod target;
#[cfg(test)]
mod testing;

pub use administrators::{AdministratorState, Administrators};
pub use built_in::{ADMINISTRATOR, AUDITOR, POLICY_EDITOR, built_in_roles};
pub use decide::{decide, decide_permissions, explain, explain_needs_repository, needs_repository};
pub use decision::{Decision, Reason, RouteRequest, SubjectFacts, Verdict, Witness};
pub use holdings::Holdings;
pub use route_changes::{RouteChange, TooLarge, route_changes};
pub use route_warnings::{RouteWarning, RouteWarningKind, route_warnings};
pub use routes::Parameters;
pub use snapshot::{OWN_AUDIENCE, Policy, PolicyError};
pub use target::{CanonicalPath, TargetError};
