//! Why the mirror has no answer.

use crate::gitea::GiteaError;
use crate::model::{Login, Timestamp};
use crate::store::CommitError;

/// Why the mirror has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// Gitea gave none. The only reason that the grace excuses.
    #[error(transparent)]
    Gitea(#[from] GiteaError),
    /// What Gitea said could not be recorded, so it is not in force.
    #[error("what gitea said could not be recorded: {0}")]
    Store(#[from] CommitError),
    /// The person has no account at Gitea, or never had one.
    #[error(
        "there is no gitea account for this person; sign in with gitea once, or have the mirror read everything now"
    )]
    Unknown,
    /// Gitea did not answer for longer than the grace.
    #[error(
        "what is known of this person was last asked of gitea at {since}, longer ago than the grace allows: see the mirror's state for what stands in the way"
    )]
    Stale {
        /// The freshness of what is known.
        since: Timestamp,
    },
    /// Two accounts claim to be the same person of another provider.
    #[error(
        "several gitea accounts of authentication source {0} have the same external name, so none of them can be meant; correct it in gitea"
    )]
    Ambiguous(i64),
    /// A name meant somebody else while it was being read.
    #[error(
        "the account or organization `{0}` was renamed while it was read; it is read again at the next occasion"
    )]
    Moving(Login),
    /// The service identity is no site administrator, so what Gitea shows it of others is false.
    #[error(
        "the service identity `{0}` is no site administrator: make it one in gitea, or else every account looks disabled"
    )]
    NotAdministrator(Login),
    /// This machine's clock was set back while Gitea was asked.
    #[error(
        "this machine's clock was set back while gitea was asked; the answer is left out and asked for again"
    )]
    ClockSetBack,
    /// The task that was to find out has ended without a word.
    #[error("the mirror was stopped while it read; try again")]
    Stopped,
}
