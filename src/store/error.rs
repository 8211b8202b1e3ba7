//! Errors of the store. A message tells the operator what to do.

use super::space::LowSpace;
use std::path::{Path, PathBuf};

/// The store cannot be opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the folder.
    #[error("state folder `{}` is in use by another process{holder}; stop that process, or configure another folder", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// ` (pid …)` if it is known.
        holder: String,
    },
    /// Other users of the machine can read the folder.
    #[error("state folder `{}` is accessible to other users (mode {mode:04o}); run `chmod 700` on it and start again", folder.display())]
    Exposed {
        /// The folder.
        folder: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The folder or a file in it cannot be created or opened.
    #[error("state folder `{}` cannot be used: {reason}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The error of the operating system.
        reason: String,
    },
    /// The file was written by a version with another format.
    #[error(
        "the store has format {found} and this version of samovar supports format {supported}; use the version that wrote it"
    )]
    Format {
        /// Format of the file.
        found: u32,
        /// Format of this version.
        supported: u32,
    },
    /// The content of the file is not what was written.
    #[error(
        "the store is damaged ({0}); nothing was changed: restore the state folder from a backup"
    )]
    Damaged(String),
    /// The disk could not be read or written.
    #[error(
        "the store cannot be read or written ({0}); no change is accepted until samovar is restarted on a healthy disk with free space"
    )]
    Disk(String),
    /// The store was closed, or its writer thread ended.
    #[error("the store is closed; restart samovar")]
    Closed,
}

impl StoreError {
    /// An error of the operating system about the folder.
    pub(super) fn folder(folder: &Path, error: std::io::Error) -> Self {
        Self::Folder {
            folder: folder.to_owned(),
            reason: error.to_string(),
        }
    }

    /// Sorts the errors of redb by what the operator can do.
    fn of(error: redb::Error) -> Self {
        use redb::Error as E;
        match error {
            E::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => {
                Self::Damaged("the file is not a store".to_owned())
            }
            E::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => {
                Self::Disk("the disk is full".to_owned())
            }
            E::Io(_) | E::PreviousIo | E::Backend(_) => Self::Disk(error.to_string()),
            E::DatabaseClosed => Self::Closed,
            E::DatabaseAlreadyOpen => Self::Disk("another process has the file open".to_owned()),
            _ => Self::Damaged(error.to_string()),
        }
    }
}

macro_rules! from_redb {
    ($($error:ty),+) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::of(error.into())
            }
        })+
    };
}

from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError
);

/// Why a change was not committed. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The record was changed since it was read.
    #[error(
        "the {what} was changed in the meantime and is at version {present}; read it again and repeat the change"
    )]
    Stale {
        /// Kind of record.
        what: &'static str,
        /// Its present version.
        present: u64,
    },
    /// The record exists.
    #[error("this {what} already exists")]
    AlreadyExists {
        /// Kind of record.
        what: &'static str,
    },
    /// The record does not exist.
    #[error("this {what} does not exist")]
    NotFound {
        /// Kind of record.
        what: &'static str,
    },
    /// The event or a record cannot be encoded.
    #[error("the change cannot be recorded: {0}")]
    Unrecordable(String),
    /// The disk is almost full.
    #[error("{0}")]
    LowSpace(LowSpace),
    /// The store accepts no writes.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl CommitError {
    /// True if the disk is almost full, which the store itself logs once.
    pub const fn is_low_space(&self) -> bool {
        matches!(self, Self::LowSpace(_))
    }
}
