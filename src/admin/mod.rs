//! Changes of policy objects (layer 4): roles, role bindings, applications, service accounts, clients, grants, signing keys,
//! and the first administrator.
//!
//! Takes a permit by value, builds the whole next policy, commits change and event in one transaction, and only then puts
//! the policy in force. Must never write what the policy would refuse, and never let a caller assign or remove what the
//! caller does not hold.

mod administrators;
mod application_change;
mod applications;
mod bootstrap;
mod clients;
mod delegation;
mod differences;
mod edit;
mod error;
mod impact;
mod mirror;
mod policy_draft;
mod proxy_secrets;
mod role_bindings;
mod roles;
mod secrets;
mod service;
mod service_accounts;
mod tokens;
mod trusts;

pub use administrators::administrator_problem;
pub use application_change::ApplicationPart;
pub use applications::ApplicationDraft;
pub use bootstrap::{Bootstrap, BootstrapError};
pub use clients::ClientDraft;
pub use edit::ObjectVersion;
pub use error::AdminError;
pub use impact::Impact;
pub use mirror::SyncError;
pub use role_bindings::RoleBindingDraft;
pub use roles::RoleDraft;
pub use secrets::SecretLifetime;
pub use service::Admin;
pub use service_accounts::ServiceAccountDraft;
