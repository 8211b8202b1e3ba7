//! The record tables of a transaction, each opened at most once. Must be dropped before the transaction is committed.

use super::error::StoreError;
use super::tables::RecordTable;
use redb::{Table, TableHandle, WriteTransaction};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A table of records, open for writing.
pub(super) type OpenTable<'txn> = Table<'txn, &'static [u8], &'static [u8]>;

/// Open tables by name.
pub(super) struct OpenTables<'txn> {
    transaction: &'txn WriteTransaction,
    tables: BTreeMap<String, OpenTable<'txn>>,
}

impl<'txn> OpenTables<'txn> {
    pub(super) const fn new(transaction: &'txn WriteTransaction) -> Self {
        Self {
            transaction,
            tables: BTreeMap::new(),
        }
    }

    /// Returns this table; opens it the first time.
    pub(super) fn get(
        &mut self,
        definition: RecordTable,
    ) -> Result<&mut OpenTable<'txn>, StoreError> {
        Ok(match self.tables.entry(definition.name().to_owned()) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(place) => place.insert(self.transaction.open_table(definition)?),
        })
    }
}
