//! Applying one job after another inside a transaction: first every precondition, then every operation, then the events.
//!
//! An outer `Err` is an error of the disk and ends the batch; an inner one concerns a single change, of which nothing was
//! written.

use super::append::LogAppender;
use super::change::{CommitReceipt, EncodedChange, EncodedOperation, Precondition};
use super::error::{CommitError, StoreError};
use super::job::{JobResult, Work};
use super::open::counter;
use super::open_tables::OpenTables;
use super::record::version;
use super::tables::{Counter, META, META_DIRECTORY_VERSION, META_POLICY_VERSION};
use crate::audit::AuditEvent;
use crate::model::Random;
use redb::{ReadableTable, WriteTransaction};

/// A transaction to which jobs are applied.
pub(super) struct Applier<'txn> {
    transaction: &'txn WriteTransaction,
    random: &'txn dyn Random,
    log: LogAppender<'txn>,
    tables: OpenTables<'txn>,
    changed: bool,
    policy_version: u64,
    directory_version: u64,
}

impl<'txn> Applier<'txn> {
    pub(super) fn open(
        transaction: &'txn WriteTransaction,
        random: &'txn dyn Random,
    ) -> Result<Self, StoreError> {
        let meta = transaction.open_table(META)?;
        let policy_version = counter(&meta, META_POLICY_VERSION)?;
        let directory_version = counter(&meta, META_DIRECTORY_VERSION)?;
        drop(meta);
        Ok(Self {
            transaction,
            random,
            log: LogAppender::open(transaction)?,
            tables: OpenTables::new(transaction),
            changed: false,
            policy_version,
            directory_version,
        })
    }

    pub(super) fn apply(&mut self, work: &Work) -> Result<JobResult, StoreError> {
        match work {
            Work::Commit(change, events) => self.commit(change, events),
            Work::Unaudited(writes) => {
                for write in writes {
                    self.changed |= write.apply(&mut self.tables)?;
                }
                Ok(Ok(None))
            }
            Work::Close => Ok(Ok(None)),
        }
    }

    /// True if there is something to commit.
    pub(super) const fn changed(&self) -> bool {
        self.changed
    }

    /// Stores the counters and the log's frontier.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        self.log.finish(self.transaction)?;
        let mut table = self.transaction.open_table(META)?;
        for (name, value) in [
            (META_POLICY_VERSION, self.policy_version),
            (META_DIRECTORY_VERSION, self.directory_version),
        ] {
            table.insert(name, value.to_be_bytes().as_slice())?;
        }
        Ok(())
    }

    fn commit(
        &mut self,
        change: &EncodedChange,
        events: &[AuditEvent],
    ) -> Result<JobResult, StoreError> {
        if let Some(error) = self.objection(change)? {
            return Ok(Err(error));
        }
        let events = (0..).zip(events);
        let encoded = events.map(|(offset, event)| self.log.encode(offset, event, self.random));
        let encoded: Vec<_> = match encoded.collect() {
            Ok(encoded) => encoded,
            Err(error) => return Ok(Err(error)),
        };
        self.changed = true;
        for operation in &change.operations {
            self.write(operation)?;
        }
        let changes = |counter| change.operations.iter().any(|o| o.counter == counter);
        self.policy_version += u64::from(changes(Counter::Policy));
        self.directory_version += u64::from(changes(Counter::Directory));
        let mut sequence = 0;
        for event in &encoded {
            sequence = self.log.append(event)?;
        }
        Ok(Ok(Some(CommitReceipt {
            sequence,
            policy_version: self.policy_version,
            directory_version: self.directory_version,
        })))
    }

    fn write(&mut self, operation: &EncodedOperation) -> Result<(), StoreError> {
        let table = self.tables.get(operation.table)?;
        let key = operation.key.as_slice();
        match &operation.value {
            Some(value) => table.insert(key, value.as_slice())?,
            None => table.remove(key)?,
        };
        Ok(())
    }

    /// Why the change cannot be committed; `None` if it can.
    fn objection(&mut self, change: &EncodedChange) -> Result<Option<CommitError>, StoreError> {
        if change
            .policy_version
            .is_some_and(|version| version != self.policy_version)
        {
            return Ok(Some(CommitError::Stale {
                what: "policy",
                present: self.policy_version,
            }));
        }
        for operation in &change.operations {
            if let Some(error) = self.objection_to(operation)? {
                return Ok(Some(error));
            }
        }
        Ok(None)
    }

    fn objection_to(
        &mut self,
        operation: &EncodedOperation,
    ) -> Result<Option<CommitError>, StoreError> {
        use Precondition as P;
        if operation.precondition == P::None {
            return Ok(None);
        }
        let what = operation.what;
        let table = self.tables.get(operation.table)?;
        let stored = table.get(operation.key.as_slice())?;
        Ok(match (operation.precondition, stored) {
            (P::None, _) | (P::Absent, None) | (P::Present, Some(_)) => None,
            (P::Absent, Some(_)) => Some(CommitError::AlreadyExists { what }),
            (P::Present | P::Version(_), None) => Some(CommitError::NotFound { what }),
            (P::Version(expected), Some(bytes)) => match version(what, bytes.value())? {
                present if present == expected => None,
                present => Some(CommitError::Stale { what, present }),
            },
        })
    }
}
