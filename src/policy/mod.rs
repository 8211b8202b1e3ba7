//! Who may do what (step 0): the target canonicaliser, the policy, and the decision. What the product is.
//!
//! Pure: no I/O, no clock, no randomness, no async. May name `model` alone. Everything is denied unless something
//! allows it; there are no deny rules.

mod built_in;
mod decide;
mod decision;
mod holdings;
mod routes;
mod snapshot;
mod target;
mod words;

pub use built_in::{ADMINISTRATOR, AUDITOR, POLICY_EDITOR, built_in_roles};
pub use decide::{decide, decide_permissions, explain};
pub use decision::{Decision, Denial, Outcome, Reason, Request, SubjectFacts, Witness};
pub use holdings::Holdings;
pub use routes::Parameters;
pub use snapshot::{OWN_AUDIENCE, Policy, PolicyFault};
pub use target::{CanonicalPath, TargetFault};
