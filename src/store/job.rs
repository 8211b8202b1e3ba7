//! Jobs for the writer.

use super::change::{CommitReceipt, EncodedChange};
use super::error::CommitError;
use super::space::Level;
use super::unaudited::UnauditedWrite;
use crate::audit::AuditEvent;
use tokio::sync::oneshot;

/// A piece of work and the channel for its result. The receiver may be gone.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) result: oneshot::Sender<JobResult>,
}

/// The receipt of a commit; `None` for work without an event.
pub(super) type JobResult = Result<Option<CommitReceipt>, CommitError>;

pub(super) enum Work {
    Commit(EncodedChange, Vec<AuditEvent>),
    Unaudited(Vec<UnauditedWrite>),
    Close,
}

impl Work {
    /// True if the free space allows this work.
    pub(super) fn fits(&self, level: Level) -> bool {
        match self {
            Self::Commit(_, events) => events.iter().all(|event| level.admits(event.action)),
            Self::Unaudited(_) => level != Level::Exhausted,
            Self::Close => true,
        }
    }
}
