//! The principal of a session or an audit event, in responses.

use super::response::response;
use super::schema::Id;
use crate::model::Principal;
use poem_openapi::Enum;

/// Kinds of principals.
#[derive(Enum)]
#[oai(rename_all = "kebab-case")]
pub enum ActorKind {
    /// A person.
    User,
    /// A machine's account.
    ServiceAccount,
    /// Root or the service user, on the server itself.
    LocalOperator,
    /// One of Samovar's own jobs.
    System,
    /// No known principal.
    Anonymous,
}

response! {
    /// A principal.
    Actor(principal: Principal, login: Option<String>) {
        /// The kind of principal.
        kind: ActorKind = kind(principal),
        /// Id of a user or service account.
        id: Option<Id> = id(principal),
        /// Name of a job.
        job: Option<String> = principal.to_string().strip_prefix("system:").map(str::to_owned),
        /// Login at that moment; `provider:login` for a person of another provider.
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
