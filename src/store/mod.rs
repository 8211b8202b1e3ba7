//! The store (layer 1): one file, one batching writer, and no change without its audit event.
//!
//! May name `model` and `audit`. Must never write anything outside [`Store::commit`] and the short list
//! [`UnauditedWrite`], never let a read wait for a write, and never write again after a disk error.
//! A new kind of record: a record struct in `records/`, a line in `tables.rs`, an operation in `change.rs`, a field of
//! [`StoreSnapshot`], a line of `tests/golden/records.txt`.

mod append;
mod apply;
mod change;
mod error;
mod folder;
mod job;
mod open;
mod open_tables;
mod personal;
mod read;
mod record;
mod records;
mod shared;
mod space;
mod tables;
mod unaudited;
mod writer;

pub use change::{Change, CommitReceipt, Operation, Precondition};
pub use error::{CommitError, StoreError};
pub use read::StoreSnapshot;
pub use record::Stored;
pub use space::{DiskReserve, FreeSpace, LowSpace};
pub use unaudited::UnauditedWrite;

use crate::audit::{AuditEvent, EventPage, EventQuery};
use crate::model::Random;
use folder::Folder;
use job::{Job, JobResult, Work};
use redb::Database;
use redb::backends::FileBackend;
use shared::Shared;
use space::Level;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use writer::Writer;

/// Jobs that wait for the writer; further senders wait for a free place.
const MAX_WAITING_JOBS: usize = 4096;
/// Unaudited writes in one job, so that a long list does not delay other jobs.
const MAX_UNAUDITED_PER_JOB: usize = 256;

/// The store. Clones share it; it is closed when the last clone is dropped.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens or creates the store of this folder and locks the folder against other processes. Keeps no disk reserve.
    ///
    /// After an unclean stop every page is checked first, and the log says so.
    pub fn open(folder: &Path, random: Arc<dyn Random>) -> Result<Self, StoreError> {
        Self::open_with_reserve(folder, random, DiskReserve::of_folder(folder, 0))
    }

    /// Like [`Store::open`], with a disk reserve.
    pub fn open_with_reserve(
        folder: &Path,
        random: Arc<dyn Random>,
        reserve: DiskReserve,
    ) -> Result<Self, StoreError> {
        let folder = Folder::lock(folder)?;
        let backend = FileBackend::new(folder.file()?)?;
        let database = open::open(backend, folder.unclean())?;
        Self::start(database, Some(folder), random, reserve)
    }

    fn start(
        database: Database,
        folder: Option<Folder>,
        random: Arc<dyn Random>,
        reserve: DiskReserve,
    ) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::new(database, folder, reserve));
        let (sender, jobs) = mpsc::channel(MAX_WAITING_JOBS);
        let writer = Writer {
            shared: Arc::clone(&shared),
            jobs,
            random,
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(|| writer.run())
            .map_err(|error| StoreError::Disk(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            shared,
            jobs: Some(sender),
            thread: Some(thread),
        })))
    }

    /// Makes the change and records the event, both or neither; returns when they are on disk.
    ///
    /// A job that the writer has received is completed even if this future is dropped.
    pub async fn commit(
        &self,
        change: Change,
        event: AuditEvent,
    ) -> Result<CommitReceipt, CommitError> {
        self.commit_with_events(change, event, Vec::new()).await
    }

    /// Makes one change and records several events, all or nothing; returns when they are on disk. The receipt is that of
    /// the last event.
    pub async fn commit_with_events(
        &self,
        change: Change,
        first: AuditEvent,
        more: Vec<AuditEvent>,
    ) -> Result<CommitReceipt, CommitError> {
        let events = std::iter::once(first).chain(more).collect();
        let work = Work::Commit(change.encode()?, events);
        let receipt = self.execute(work).await?;
        receipt.ok_or(CommitError::Unavailable(StoreError::Closed))
    }

    /// Makes writes that leave no event; returns when they are on disk.
    pub async fn write_unaudited(
        &self,
        writes: impl IntoIterator<Item = UnauditedWrite>,
    ) -> Result<(), CommitError> {
        let writes: Vec<_> = writes.into_iter().collect();
        for some in writes.chunks(MAX_UNAUDITED_PER_JOB) {
            self.execute(Work::Unaudited(some.to_vec())).await?;
        }
        Ok(())
    }

    async fn execute(&self, work: Work) -> JobResult {
        let closed = || CommitError::Unavailable(StoreError::Closed);
        let (sender, result) = oneshot::channel();
        let jobs = self.0.jobs.as_ref().ok_or_else(closed)?;
        let job = Job {
            work,
            result: sender,
        };
        jobs.send(job).await.map_err(|_| closed())?;
        result.await.map_err(|_| closed())?
    }

    /// Every record, as of the last commit. Reads the disk: call it at the start, or where blocking is allowed.
    pub fn load(&self) -> Result<StoreSnapshot, StoreError> {
        read::snapshot(&self.0.shared)
    }

    /// A page of the audit log, newest first. Reads the disk: call it where blocking is allowed.
    pub fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        read::events(&self.0.shared, query)
    }

    /// The reason for which the store accepts no changes, if there is one.
    pub fn healthy(&self) -> Result<(), StoreError> {
        let closed = self.0.jobs.as_ref().is_none_or(mpsc::Sender::is_closed);
        self.0.shared.healthy()?;
        if closed {
            Err(StoreError::Closed)
        } else {
            Ok(())
        }
    }

    /// True if the last sample of free space was above the disk reserve. Otherwise only changes that may use the reserve are
    /// accepted.
    pub fn has_space(&self) -> bool {
        self.0.shared.space.level() == Level::Enough
    }

    /// Like [`Store::has_space`], with the numbers for a message.
    pub fn space(&self) -> Result<(), LowSpace> {
        if self.has_space() {
            Ok(())
        } else {
            Err(self.0.shared.space.low())
        }
    }

    /// Samples the free space again, so that the store accepts every change once there is enough.
    pub fn sample_space(&self) {
        self.0.shared.space.sample();
    }

    /// Writes what waits, accepts nothing more, and marks the stop as clean. Clones return [`StoreError::Closed`] from then
    /// on.
    pub async fn close(self) -> Result<(), CommitError> {
        self.execute(Work::Close).await.map(|_| ())
    }
}

impl Drop for Inner {
    /// Returns when the folder is unlocked.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the writer is already in the log.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
