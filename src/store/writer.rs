//! The one writer: a thread that makes all waiting changes in one transaction and reports each result when it is on disk.
//!
//! The preconditions of a change are checked before any of its operations, so that a stale change does not fail the batch.
//! After the first error of the disk nothing is written: only a restart shows what the disk holds.

use super::apply::Applier;
use super::error::{CommitError, StoreError};
use super::job::{Job, JobResult, Work};
use super::open::{begin, guarded};
use super::shared::Shared;
use crate::model::Random;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Jobs in one transaction: enough to share a disk sync, few enough for a short wait.
const MAX_BATCH: usize = 256;

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) random: Arc<dyn Random>,
}

impl Writer {
    /// Serves until the last `Store` is dropped or one is closed.
    pub(super) fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < MAX_BATCH
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
        let level = self.shared.space.sample();
        let (batch, denied): (Vec<Job>, Vec<Job>) =
            batch.into_iter().partition(|job| job.work.fits(level));
        for job in denied {
            let low = CommitError::LowSpace(self.shared.space.low());
            let _ = job.result.send(Err(low));
        }
        self.serve_admitted(batch, closing);
    }

    fn serve_admitted(&self, batch: Vec<Job>, closing: bool) {
        let written = self.shared.healthy().and_then(|()| {
            let written = guarded(|| self.write_any(&batch));
            let marked = |results| {
                if closing {
                    self.shared.mark_clean()?;
                }
                Ok(results)
            };
            written
                .and_then(marked)
                .inspect_err(|error| self.shared.fail(error))
        });
        let (results, error) = match written {
            Ok(results) => (results, StoreError::Closed),
            Err(error) => (Vec::new(), error),
        };
        let mut results = results.into_iter();
        for job in batch {
            let unavailable = || Err(CommitError::Unavailable(error.clone()));
            let _ = job.result.send(results.next().unwrap_or_else(unavailable));
        }
    }

    /// A batch that only closes the store begins no transaction: without space even an empty one fails.
    fn write_any(&self, batch: &[Job]) -> Result<Vec<JobResult>, StoreError> {
        let writes = batch.iter().any(|job| !matches!(job.work, Work::Close));
        if writes {
            self.write(batch)
        } else {
            Ok(batch.iter().map(|_| Ok(None)).collect())
        }
    }

    /// One result for each job, valid once this returns. A batch that changes nothing costs no disk sync.
    pub(super) fn write(&self, batch: &[Job]) -> Result<Vec<JobResult>, StoreError> {
        let transaction = begin(&self.shared.database)?;
        let mut applier = Applier::open(&transaction, &*self.random)?;
        let results = batch
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
        Ok(results)
    }
}
