//! Applying one job after another inside a transaction: first every expectation, then every step, then the event.
//!
//! An `Err` on the outside is the disk's and ends the whole batch; one on the inside is the change's own, and nothing
//! of that change was written.

use super::Committed;
use super::append::Log;
use super::change::{EncodedChange, Expect, Row};
use super::error::{CommitError, StoreError};
use super::open::counter;
use super::open_tables::OpenTables;
use super::record::decode;
use super::tables::{Counter, META, meta};
use super::writer::{Answer, Work};
use crate::audit::AuditEvent;
use crate::model::Random;
use redb::{ReadableTable, WriteTransaction};

/// A transaction being filled.
pub(super) struct Applier<'txn> {
    transaction: &'txn WriteTransaction,
    random: &'txn dyn Random,
    log: Log<'txn>,
    tables: OpenTables<'txn>,
    changed: bool,
    policy_version: u64,
    directory_version: u64,
}

/// The one number that a record with versions is compared by.
#[derive(serde::Deserialize)]
struct Versioned {
    version: u64,
}

impl<'txn> Applier<'txn> {
    pub(super) fn open(
        transaction: &'txn WriteTransaction,
        random: &'txn dyn Random,
    ) -> Result<Self, StoreError> {
        let meta = transaction.open_table(META)?;
        let policy_version = counter(&meta, meta::POLICY_VERSION)?;
        let directory_version = counter(&meta, meta::DIRECTORY_VERSION)?;
        drop(meta);
        Ok(Self {
            transaction,
            random,
            log: Log::open(transaction)?,
            tables: OpenTables::new(transaction),
            changed: false,
            policy_version,
            directory_version,
        })
    }

    pub(super) fn apply(&mut self, work: &Work) -> Result<Answer, StoreError> {
        match work {
            Work::Commit(change, event) => self.commit(change, event),
            Work::Touch(marks) => {
                for mark in marks {
                    self.changed |= mark.write(&mut self.tables)?;
                }
                Ok(Ok(None))
            }
            Work::Close => Ok(Ok(None)),
        }
    }

    /// Whether there is anything to commit.
    pub(super) const fn changed(&self) -> bool {
        self.changed
    }

    /// Keeps the counters and the log's frontier.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        self.log.finish(self.transaction)?;
        let mut table = self.transaction.open_table(META)?;
        for (name, value) in [
            (meta::POLICY_VERSION, self.policy_version),
            (meta::DIRECTORY_VERSION, self.directory_version),
        ] {
            table.insert(name, value.to_be_bytes().as_slice())?;
        }
        Ok(())
    }

    fn commit(
        &mut self,
        change: &EncodedChange,
        events: &[AuditEvent],
    ) -> Result<Answer, StoreError> {
        if let Err(refused) = self.compare(change)? {
            return Ok(Err(refused));
        }
        let ready = (0..).zip(events);
        let ready = ready.map(|(offset, event)| self.log.ready(offset, event, self.random));
        let ready: Vec<_> = match ready.collect() {
            Ok(ready) => ready,
            Err(refused) => return Ok(Err(refused)),
        };
        self.changed = true;
        for row in &change.rows {
            self.put(row)?;
        }
        let moves = |counter| change.rows.iter().any(|row| row.counter == counter);
        self.policy_version += u64::from(moves(Counter::Policy));
        self.directory_version += u64::from(moves(Counter::Directory));
        let mut sequence = 0;
        for ready in &ready {
            sequence = self.log.append(ready)?;
        }
        Ok(Ok(Some(Committed {
            sequence,
            policy_version: self.policy_version,
            directory_version: self.directory_version,
        })))
    }

    fn put(&mut self, row: &Row) -> Result<(), StoreError> {
        let table = self.tables.get(row.table)?;
        match &row.value {
            Some(value) => table.insert(row.key.as_slice(), value.as_slice())?,
            None => table.remove(row.key.as_slice())?,
        };
        Ok(())
    }

    fn compare(&mut self, change: &EncodedChange) -> Result<Result<(), CommitError>, StoreError> {
        if change
            .policy_version
            .is_some_and(|version| version != self.policy_version)
        {
            return Ok(Err(CommitError::Stale {
                what: "policy",
                present: self.policy_version,
            }));
        }
        for row in &change.rows {
            if let Err(refused) = self.compare_row(row)? {
                return Ok(Err(refused));
            }
        }
        Ok(Ok(()))
    }

    fn compare_row(&mut self, row: &Row) -> Result<Result<(), CommitError>, StoreError> {
        if row.expect == Expect::Any {
            return Ok(Ok(()));
        }
        let what = row.what;
        let table = self.tables.get(row.table)?;
        let present = table.get(row.key.as_slice())?;
        Ok(match (row.expect, present) {
            (Expect::Any, _) | (Expect::Absent, None) | (Expect::Present, Some(_)) => Ok(()),
            (Expect::Absent, Some(_)) => Err(CommitError::Taken { what }),
            (Expect::Present | Expect::Version(_), None) => Err(CommitError::Missing { what }),
            (Expect::Version(expected), Some(bytes)) => {
                let present = decode::<Versioned>(what, bytes.value())?.version;
                let stale = CommitError::Stale { what, present };
                if present == expected {
                    Ok(())
                } else {
                    Err(stale)
                }
            }
        })
    }
}
