//! Access (step 3): credential → principal → freshness → decide → record. One function serves every door.
//!
//! May name `policy`, `audit` and the services below it. Must never know a dialect, a status code or a page: doors
//! translate. Everything that cannot be known is refused.

mod anonymous_events;
mod asked;
mod budget;
mod counts;
mod decided;
mod evaluation;
mod explain;
mod facts;
mod gatekeeper;
mod identity;
mod judgement;
pub mod oauth;
mod own;
mod permit;
mod policy_holder;
pub mod providers;
mod recorder;
mod refusal;
mod repository;
pub mod sign_in;
mod tally;

pub use anonymous_events::{AnonymousEvents, AnonymousSettings};
pub use asked::{Asked, Credential, Remote, RequestLine};
pub use evaluation::{Evaluated, Evaluation, Sought};
pub use explain::{Explanation, Question};
pub use facts::Credentials;
pub use gatekeeper::{Gatekeeper, Passed};
pub use identity::IdentityHeaders;
pub use own::{
    ApplicationsAny, ApplicationsRead, ApplicationsWrite, AuditEventsRead, ClientsRead,
    ClientsWrite, DecisionsExplain, DirectoryRead, GrantsEnd, GrantsRead, MirrorRead, MirrorSync,
    OwnPermission, ProvidersRead, RoleBindingsAny, RoleBindingsRead, RoleBindingsWrite, RolesRead,
    RolesWrite, ServiceAccountsRead, ServiceAccountsWrite, SessionsEnd, SessionsRead,
    SigningKeysRead, SigningKeysRotate,
};
pub use permit::{Caller, Permit};
pub use policy_holder::PolicyHolder;
pub use recorder::Recorder;
pub use refusal::{Refusal, RouteName};
