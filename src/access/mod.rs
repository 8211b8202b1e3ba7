//! Access (layer 3): credential → principal → freshness → decide → record. One function serves every endpoint.
//!
//! May name `policy`, `audit` and the services below it. Must never know a dialect, a status code or a page:
//! endpoints translate. What cannot be established is refused.

mod access_request;
mod credentials;
mod decided_denial;
mod decision_record;
mod denial;
mod evaluation;
mod explain;
mod gatekeeper;
mod identity;
mod own;
mod permit;
mod policy_holder;
mod recorder;
mod repository;

pub use access_request::{AccessRequest, Credential, RequestLine, RequestOrigin};
pub use credentials::Credentials;
pub(crate) use credentials::{AuthenticatedPrincipal, ProtectedResource};
pub(crate) use decision_record::{DecisionObject, DecisionRecord, versions};
pub use denial::{Denial, RouteName};
pub use evaluation::{ApplicationClient, EvaluationRequest, EvaluationResult, RequestedAccess};
pub use explain::{Explanation, Question};
pub use gatekeeper::{Gatekeeper, UpstreamIdentity};
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
pub use recorder::DecisionRecorder;
