//! Access (step 3): credential → principal → freshness → decide → record. One function serves every door.
//!
//! May name `policy`, `audit` and the services below it. Must never know a dialect, a status code or a page: doors
//! translate. Everything that cannot be known is refused.

mod asked;
mod own;
mod policy_holder;
mod refusal;

pub use asked::{Asked, Client};
pub use own::{
    ApplicationsRead, ApplicationsWrite, AuditEventsRead, DecisionsExplain, DirectoryRead,
    MirrorRead, MirrorSync, OwnPermission, RoleBindingsAny, RoleBindingsRead, RoleBindingsWrite,
    RolesRead, RolesWrite, SessionsEnd, SessionsRead,
};
pub use policy_holder::PolicyHolder;
pub use refusal::{Refusal, RouteName};
