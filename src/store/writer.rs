//! The one writer: a thread that turns all waiting changes into one transaction, and answers when it is on disk.
//!
//! Each change is compared before any step of it is made, so that a stale one costs nobody else theirs. After the
//! first failure nothing is written any more: only a restart reads anew what the disk really holds.

use super::apply::Applier;
use super::change::EncodedChange;
use super::error::{CommitError, StoreError};
use super::open::{begin, guarded};
use super::space::Level;
use super::{Committed, Core, Unaudited};
use crate::audit::AuditEvent;
use crate::model::Random;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// The most jobs in one transaction: enough to share a disk sync, few enough that nobody waits long.
const BATCH: usize = 256;

/// What the writer is asked to do, and where it answers; nobody may be there any more.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// Where a commit went; nothing for work that has no place in the log.
pub(super) type Answer = Result<Option<Committed>, CommitError>;

pub(super) enum Work {
    Commit(EncodedChange, Vec<AuditEvent>),
    Touch(Vec<Unaudited>),
    Close,
}

impl Work {
    /// Is there space for it?
    fn fits(&self, level: Level) -> bool {
        match self {
            Self::Commit(_, events) => events.iter().all(|event| level.admits(event.action)),
            Self::Touch(_) => level != Level::Exhausted,
            Self::Close => true,
        }
    }
}

pub(super) struct Writer {
    pub(super) core: Arc<Core>,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) random: Arc<dyn Random>,
}

impl Writer {
    /// Serves until the last `Store` is gone or one was closed.
    pub(super) fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(job) = self.jobs.try_recv()
            {
                batch.push(job);
            }
            let closing = batch.iter().any(|job| matches!(job.work, Work::Close));
            self.serve(batch, closing);
            if closing {
                break;
            }
        }
    }

    fn serve(&self, batch: Vec<Job>, closing: bool) {
        let level = self.core.space.sample();
        let (batch, refused): (Vec<Job>, Vec<Job>) =
            batch.into_iter().partition(|job| job.work.fits(level));
        for job in refused {
            let low = CommitError::LowSpace(self.core.space.low());
            let _ = job.answer.send(Err(low));
        }
        self.serve_admitted(batch, closing);
    }

    fn serve_admitted(&self, batch: Vec<Job>, closing: bool) {
        let written = self.core.healthy().and_then(|()| {
            let written = guarded(|| self.write_any(&batch));
            let marked = |answers| {
                if closing {
                    self.core.mark_clean()?;
                }
                Ok(answers)
            };
            written
                .and_then(marked)
                .inspect_err(|error| self.core.fail(error))
        });
        let (answers, error) = match written {
            Ok(answers) => (answers, StoreError::Closed),
            Err(error) => (Vec::new(), error),
        };
        let mut answers = answers.into_iter();
        for job in batch {
            let refused = || Err(CommitError::Unavailable(error.clone()));
            let _ = job.answer.send(answers.next().unwrap_or_else(refused));
        }
    }

    /// Without space not even an empty transaction is written.
    fn write_any(&self, batch: &[Job]) -> Result<Vec<Answer>, StoreError> {
        let writes = batch.iter().any(|job| !matches!(job.work, Work::Close));
        if writes {
            self.write(batch)
        } else {
            Ok(batch.iter().map(|_| Ok(None)).collect())
        }
    }

    /// One answer for each job, valid once this returns. A batch that changes nothing costs no disk sync.
    pub(super) fn write(&self, batch: &[Job]) -> Result<Vec<Answer>, StoreError> {
        let transaction = begin(&self.core.database)?;
        let mut applier = Applier::open(&transaction, &*self.random)?;
        let answers = batch
            .iter()
            .map(|job| applier.apply(&job.work))
            .collect::<Result<_, _>>()?;
        if applier.changed() {
            applier.finish()?;
            transaction.commit()?;
        } else {
            drop(applier);
            transaction.abort()?;
        }
        Ok(answers)
    }
}
