//! What readers and the writer share: the database, the first disk error, the free space, the locked folder.

use super::error::StoreError;
use super::folder::Folder;
use super::space::{DiskReserve, Space};
use redb::Database;
use std::sync::OnceLock;

/// The open store. Fields drop in order: the file is closed before the folder is unlocked.
pub(super) struct Shared {
    pub(super) database: Database,
    first_error: OnceLock<StoreError>,
    pub(super) space: Space,
    folder: Option<Folder>,
}

impl Shared {
    /// Tests have no folder.
    pub(super) fn new(database: Database, folder: Option<Folder>, reserve: DiskReserve) -> Self {
        Self {
            database,
            first_error: OnceLock::new(),
            space: Space::new(reserve),
            folder,
        }
    }

    pub(super) fn healthy(&self) -> Result<(), StoreError> {
        self.first_error.get().cloned().map_or(Ok(()), Err)
    }

    /// Stops every later write. The first error stays the reason and is logged once.
    pub(super) fn fail(&self, error: &StoreError) {
        if self.first_error.set(error.clone()).is_ok() {
            tracing::error!("{error}");
        }
    }

    pub(super) fn mark_clean(&self) -> Result<(), StoreError> {
        self.folder.as_ref().map_or(Ok(()), Folder::mark_clean)
    }
}
