//! Changes to policy objects (step 3): roles, role bindings, applications, and the first administrator.
//!
//! Takes a permit by value, builds the whole new policy, commits change and event in one transaction, and only then puts
//! the policy in force. Must never write what the policy would refuse, and never let anybody grant what they do not hold.

mod applications;
mod claim;
mod draft;
mod error;
mod grants;
mod impact;
mod mirror;
mod role_bindings;
mod roles;
mod service;

pub use applications::ApplicationDraft;
pub use claim::{Claim, ClaimError};
pub use error::AdminError;
pub use impact::Impact;
pub use mirror::SyncError;
pub use role_bindings::RoleBindingDraft;
pub use roles::RoleDraft;
pub use service::Admin;
