//! Principals: the actors of requests and events.

use super::{ServiceAccountId, UserId};

/// The actor of a request or an event. Its form in JSON is a part of the audit log's leaves and never changes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Principal {
    /// A person.
    User(UserId),
    /// A machine's account.
    ServiceAccount(ServiceAccountId),
    /// Root or the service user, by the administration socket or break-glass.
    LocalOperator,
    /// A job of Samovar itself.
    System(SystemJob),
    /// A caller without a valid credential.
    Anonymous,
}

/// A job of Samovar itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum SystemJob {
    /// Keeps the directory in step with Gitea.
    Mirror,
    /// Ends expired sessions and closes audit windows.
    Housekeeping,
    /// Starts and stops the server.
    Server,
    /// Ends sessions when a provider reports a sign-out (OpenID Connect Back-Channel Logout).
    BackChannelLogout,
}

impl Principal {
    /// The person's id.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            _ => None,
        }
    }
}

impl std::fmt::Display for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::ServiceAccount(id) => write!(f, "service-account:{id}"),
            Self::LocalOperator => f.write_str("local-operator"),
            Self::System(SystemJob::Mirror) => f.write_str("system:mirror"),
            Self::System(SystemJob::Housekeeping) => f.write_str("system:housekeeping"),
            Self::System(SystemJob::Server) => f.write_str("system:server"),
            Self::System(SystemJob::BackChannelLogout) => f.write_str("system:back-channel-logout"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}
