//! The store (step 1): one file, one batching writer, and a change that cannot be written without its audit event.
//!
//! May name `model` and `audit`. Must never write anything outside [`Store::commit`] and the short list
//! [`Unaudited`], never let a read wait for a write, and never write again after a failure of the disk.
//! A new kind of record: a line in `tables.rs`, an operation in `change.rs`, a field of [`StoreSnapshot`].

mod append;
mod apply;
mod change;
mod error;
mod folder;
mod open;
mod open_tables;
mod personal;
mod read;
mod record;
mod space;
mod tables;
mod unaudited;
mod writer;

pub use change::{Change, Expect, Operation};
pub use error::{CommitError, StoreError};
pub use read::StoreSnapshot;
pub use space::{DiskReserve, FreeSpace, LowSpace};
pub use unaudited::Unaudited;

use crate::audit::{AuditEvent, EventPage, EventQuery};
use crate::model::Random;
use folder::Folder;
use redb::Database;
use redb::backends::FileBackend;
use space::{Level, Space};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use writer::{Answer, Job, Work, Writer};

/// Changes that wait for the writer; more of them wait for a place.
const WAITING: usize = 4096;
/// Marks in one job, so that a long list lets others in between.
const MARKS: usize = 256;

/// The store. Clones share it; it is released when the last one is dropped.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

/// Where a commit went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The event's place in the audit log; the first is 0.
    pub sequence: u64,
    /// Version of the policy after the change; grows by one with each change of a role, binding or application.
    pub policy_version: u64,
    /// Version of the directory after the change; grows by one with each change of what is mirrored, or of a user.
    pub directory_version: u64,
}

struct Inner {
    core: Arc<Core>,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// What readers and the writer share. The file is closed before the folder is released: fields drop in order.
struct Core {
    database: Database,
    failed: OnceLock<StoreError>,
    space: Space,
    folder: Option<Folder>,
}

impl Store {
    /// Opens the store of this folder, or makes a new one, and holds the folder against other processes. Keeps no disk
    /// reserve.
    ///
    /// After an unclean stop every page is checked first, and the log says so.
    pub fn open(folder: &Path, random: Arc<dyn Random>) -> Result<Self, StoreError> {
        Self::open_with_reserve(folder, random, DiskReserve::of_folder(folder, 0))
    }

    /// The same with a disk reserve, below which nothing new is written.
    pub fn open_with_reserve(
        folder: &Path,
        random: Arc<dyn Random>,
        reserve: DiskReserve,
    ) -> Result<Self, StoreError> {
        let folder = Folder::take(folder)?;
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
        let core = Arc::new(Core {
            database,
            failed: OnceLock::new(),
            space: Space::new(reserve),
            folder,
        });
        let (sender, jobs) = mpsc::channel(WAITING);
        let writer = Writer {
            core: Arc::clone(&core),
            jobs,
            random,
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(|| writer.run())
            .map_err(|error| StoreError::Disk(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            core,
            jobs: Some(sender),
            thread: Some(thread),
        })))
    }

    /// Makes the change and records the event, both or neither; returns when they are on disk.
    ///
    /// Dropping the future does not take back what the writer has been given.
    pub async fn commit(
        &self,
        change: Change,
        event: AuditEvent,
    ) -> Result<Committed, CommitError> {
        self.commit_described(change, event, Vec::new()).await
    }

    /// Makes one change that more events than one describe, all of it or nothing; returns when it is on disk. Gives the
    /// place of the last event.
    pub async fn commit_described(
        &self,
        change: Change,
        first: AuditEvent,
        more: Vec<AuditEvent>,
    ) -> Result<Committed, CommitError> {
        let events = std::iter::once(first).chain(more).collect();
        let work = Work::Commit(change.encode()?, events);
        let committed = self.ask(work).await?;
        committed.ok_or(CommitError::Unavailable(StoreError::Closed))
    }

    /// Moves instants that leave no event; returns when they are on disk.
    pub async fn touch(
        &self,
        marks: impl IntoIterator<Item = Unaudited>,
    ) -> Result<(), CommitError> {
        let marks: Vec<_> = marks.into_iter().collect();
        for some in marks.chunks(MARKS) {
            self.ask(Work::Touch(some.to_vec())).await?;
        }
        Ok(())
    }

    async fn ask(&self, work: Work) -> Answer {
        let closed = || CommitError::Unavailable(StoreError::Closed);
        let (answer, answered) = oneshot::channel();
        let jobs = self.0.jobs.as_ref().ok_or_else(closed)?;
        let sent = jobs.send(Job { work, answer }).await;
        sent.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Every record, as of the last commit. Reads the disk: call it at the start, or where blocking is allowed.
    pub fn load(&self) -> Result<StoreSnapshot, StoreError> {
        read::world(&self.0.core)
    }

    /// A page of the audit log, newest first. Reads the disk: call it where blocking is allowed.
    pub fn events(&self, query: &EventQuery) -> Result<EventPage, StoreError> {
        read::events(&self.0.core, query)
    }

    /// Does it take changes? Otherwise why not.
    pub fn healthy(&self) -> Result<(), StoreError> {
        let closed = self.0.jobs.as_ref().is_none_or(mpsc::Sender::is_closed);
        self.0.core.healthy()?;
        if closed {
            Err(StoreError::Closed)
        } else {
            Ok(())
        }
    }

    /// Is there space for everything, as of the last sample? Otherwise only what may use the reserve is written.
    pub fn has_space(&self) -> bool {
        self.0.core.space.level() == Level::Enough
    }

    /// The same for people, with the numbers.
    pub fn space(&self) -> Result<(), LowSpace> {
        if self.has_space() {
            Ok(())
        } else {
            Err(self.0.core.space.low())
        }
    }

    /// Looks at the disk again, so that what was refused for want of space is accepted once there is some.
    pub fn sample_space(&self) {
        self.0.core.space.sample();
    }

    /// Writes what waits, takes nothing more, and marks the stop as clean. Clones answer [`StoreError::Closed`].
    pub async fn close(self) -> Result<(), CommitError> {
        self.ask(Work::Close).await.map(|_| ())
    }
}

impl Core {
    fn healthy(&self) -> Result<(), StoreError> {
        self.failed.get().cloned().map_or(Ok(()), Err)
    }

    /// The first failure stays the reason.
    fn fail(&self, error: &StoreError) {
        if self.failed.set(error.clone()).is_ok() {
            tracing::error!("{error}");
        }
    }

    fn mark_clean(&self) -> Result<(), StoreError> {
        self.folder.as_ref().map_or(Ok(()), Folder::mark_clean)
    }
}

impl Drop for Inner {
    /// The folder is free for the next one when this returns.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A writer that has panicked has said so; there is nothing left to wait for.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
