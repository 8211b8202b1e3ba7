//! Why the mirror has no answer.

use crate::gitea::GiteaError;
use crate::model::{Login, Timestamp};
use crate::store::CommitError;

/// Why the mirror has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// Gitea gave none. The only error during which the grace applies.
    #[error(transparent)]
    Gitea(#[from] GiteaError),
    /// Gitea's answer could not be recorded, so it does not apply.
    #[error("gitea's answer could not be recorded: {0}")]
    Store(#[from] CommitError),
    /// The user has no Gitea account.
    #[error(
        "the user has no gitea account: sign in with gitea once, or run a full sync of the mirror"
    )]
    NoGiteaAccount,
    /// Gitea has not answered for longer than the grace.
    #[error(
        "the facts about the user are as of {since}, which is older than the grace allows: see the mirror's state for the cause"
    )]
    Stale {
        /// The freshness of the facts.
        since: Timestamp,
    },
    /// Several accounts have the external name of one user of another provider.
    #[error(
        "several gitea accounts of authentication source {0} have the same external name, so none is used: correct it in gitea"
    )]
    AmbiguousExternalName(i64),
    /// A name changed its owner during the read.
    #[error(
        "the account or organization `{0}` was renamed during the read: the next sync reads it again"
    )]
    RenamedDuringRead(Login),
    /// For a service identity that is not a site administrator Gitea falsifies the flags of accounts.
    #[error(
        "the service identity `{0}` is not a site administrator: make it one in gitea, or every account looks disabled"
    )]
    NotAdministrator(Login),
    /// This machine's clock was set back during the request.
    #[error(
        "this machine's clock was set back during a request to gitea: the answer is ignored and requested again"
    )]
    ClockSetBack,
    /// The task that reads from Gitea has ended without a result.
    #[error("the mirror was stopped during the read: try again")]
    Stopped,
}
