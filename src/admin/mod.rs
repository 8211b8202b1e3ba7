//! Changes to policy objects (step 3): roles, role bindings, applications, service accounts, clients, grants, keys, and the
//! first administrator.
//!
//! Takes a permit by value, builds the whole new policy, commits change and event in one transaction, and only then puts
//! the policy in force. Must never write what the policy would refuse, and never let anybody grant what they do not hold.

mod applications;
mod claim;
mod clients;
mod differences;
mod draft;
mod error;
mod grants;
mod impact;
mod machines;
mod mirror;
mod role_bindings;
mod roles;
mod service;
mod service_accounts;
mod tokens;
mod trusts;

pub use applications::ApplicationDraft;
pub use claim::{Claim, ClaimError};
pub use clients::ClientDraft;
pub use error::AdminError;
pub use impact::Impact;
pub use machines::SecretLife;
pub use mirror::SyncError;
pub use role_bindings::RoleBindingDraft;
pub use roles::RoleDraft;
pub use service::Admin;
pub use service_accounts::ServiceAccountDraft;
