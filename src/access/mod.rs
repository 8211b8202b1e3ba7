//! Access (step 3): credential → principal → freshness → decide → record. One function serves every door.
//!
//! May name `policy`, `audit` and the services below it. Must never know a dialect, a status code or a page: doors
//! translate. Everything that cannot be known is refused.

mod asked;
mod decided;
mod explain;
mod facts;
mod gatekeeper;
mod identity;
mod judgement;
mod own;
mod permit;
mod policy_holder;
mod recorder;
mod refusal;
mod repository;
pub mod sign_in;
mod tally;

pub use asked::{Asked, Client};
pub use explain::{Explanation, Question};
pub use gatekeeper::Gatekeeper;
pub use identity::IdentityHeaders;
pub use own::{
    ApplicationsRead, ApplicationsWrite, AuditEventsRead, DecisionsExplain, DirectoryRead,
    MirrorRead, MirrorSync, OwnPermission, RoleBindingsAny, RoleBindingsRead, RoleBindingsWrite,
    RolesRead, RolesWrite, SessionsEnd, SessionsRead,
};
pub use permit::{Caller, Permit};
pub use policy_holder::PolicyHolder;
pub use recorder::Recorder;
pub use refusal::{Refusal, RouteName};
