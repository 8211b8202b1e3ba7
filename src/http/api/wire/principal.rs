//! Whoever acted, over the wire.

use super::texts::Id;
use crate::model::{Principal, SystemJob};
use poem_openapi::{Enum, Object};

/// Kinds of principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum ActorKind {
    /// A person.
    User,
    /// A machine's account.
    ServiceAccount,
    /// Root or the service user, on the server itself.
    LocalOperator,
    /// One of Samovar's own jobs.
    System,
    /// Nobody that is known.
    Anonymous,
}

/// Whoever acted.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Actor {
    /// What kind of principal.
    pub kind: ActorKind,
    /// Id of a user or service account.
    pub id: Option<Id>,
    /// Name of a job.
    pub job: Option<String>,
    /// Login, as known at that moment; `provider:login` of another provider's person.
    pub login: Option<String>,
}

impl Actor {
    /// Shows a principal with the login that belongs to it.
    pub(in crate::http::api) fn show(principal: Principal, login: Option<String>) -> Self {
        let (kind, id, job) = match principal {
            Principal::User(id) => (ActorKind::User, Some(Id::of(id)), None),
            Principal::ServiceAccount(id) => (ActorKind::ServiceAccount, Some(Id::of(id)), None),
            Principal::LocalOperator => (ActorKind::LocalOperator, None, None),
            Principal::System(job) => (ActorKind::System, None, Some(name(job).to_owned())),
            Principal::Anonymous => (ActorKind::Anonymous, None, None),
        };
        Self {
            kind,
            id,
            job,
            login,
        }
    }
}

const fn name(job: SystemJob) -> &'static str {
    match job {
        SystemJob::Mirror => "mirror",
        SystemJob::Housekeeping => "housekeeping",
        SystemJob::Server => "server",
        SystemJob::BackChannelLogout => "back-channel-logout",
    }
}
