//! The principal of a session or an audit event, in responses.
//!
//! May name principals of the model. Must never look up a name.

use super::response::response;
use super::schema::Id;
use crate::model::Principal;
use poem_openapi::Enum;

/// The kind of a principal.
#[derive(Enum)]
#[oai(rename_all = "kebab-case")]
pub enum ActorKind {
    /// A user.
    User,
    /// A machine's account.
    ServiceAccount,
    /// Root or the service user, on the server.
    LocalOperator,
    /// A job of Samovar itself.
    System,
    /// An anonymous caller.
    Anonymous,
}

response! {
    /// A principal.
    Actor(principal: Principal, login: Option<String>) {
        /// The kind of the principal.
        kind: ActorKind = kind(principal),
        /// The id of the user or service account; absent for other kinds.
        id: Option<Id> = id(principal),
        /// The name of the job; absent unless `kind` is `system`.
        job: Option<String> = principal.to_string().strip_prefix("system:").map(str::to_owned),
        /// The login of the user, or `provider:login` at another provider, or the name of the service account; in an
        /// audit event, as of that time. Absent if unknown and for other kinds.
        login: Option<String> = login,
    }
}

const fn kind(principal: Principal) -> ActorKind {
    match principal {
        Principal::User(_) => ActorKind::User,
        Principal::ServiceAccount(_) => ActorKind::ServiceAccount,
        Principal::LocalOperator => ActorKind::LocalOperator,
        Principal::System(_) => ActorKind::System,
        Principal::Anonymous => ActorKind::Anonymous,
    }
}

fn id(principal: Principal) -> Option<Id> {
    match principal {
        Principal::User(id) => Some(Id::new(id)),
        Principal::ServiceAccount(id) => Some(Id::new(id)),
        _ => None,
    }
}
