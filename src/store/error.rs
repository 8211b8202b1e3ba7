//! What can go wrong with the store, said so that an operator knows what to do next.

use super::space::LowSpace;
use std::path::{Path, PathBuf};

/// The store cannot be opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the folder.
    #[error("state folder `{}` is in use by another process{holder}; stop that one first, or name another folder", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// ` (pid …)` if it is known.
        holder: String,
    },
    /// Others could read what is in the folder.
    #[error("state folder `{}` is open to others (mode {mode:04o}); run `chmod 700` on it and start again", folder.display())]
    Exposed {
        /// The folder.
        folder: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The folder or a file in it cannot be made or opened.
    #[error("state folder `{}` cannot be used: {reason}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file was written by a version that keeps it in another form.
    #[error(
        "the store has format {found} and this version of samovar knows format {known}; use the version that wrote it"
    )]
    Format {
        /// What the file says.
        found: u32,
        /// What we know.
        known: u32,
    },
    /// What the file holds is not what was written.
    #[error(
        "the store is damaged ({0}); nothing was changed: restore the state folder from a backup"
    )]
    Damaged(String),
    /// The disk refused.
    #[error(
        "the store cannot be read or written ({0}); no change is accepted until samovar is restarted on a healthy disk with free space"
    )]
    Disk(String),
    /// It was closed, or its writer has died.
    #[error("the store is closed; restart samovar")]
    Closed,
}

impl StoreError {
    /// An error of the system about the folder.
    pub(super) fn folder(folder: &Path, error: std::io::Error) -> Self {
        Self::Folder {
            folder: folder.to_owned(),
            reason: error.to_string(),
        }
    }

    /// What redb says, sorted by what to do about it.
    fn of(error: redb::Error) -> Self {
        use redb::Error as E;
        match error {
            E::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => {
                Self::Damaged("the file is no store".to_owned())
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
    /// Somebody else changed it in between.
    #[error(
        "the {what} has been changed since: it is at version {present} now; read it again and repeat the change"
    )]
    Stale {
        /// Which kind of thing.
        what: &'static str,
        /// The version that it has.
        present: u64,
    },
    /// It exists already.
    #[error("this {what} exists already")]
    Taken {
        /// Which kind of thing.
        what: &'static str,
    },
    /// It is not there (any more).
    #[error("this {what} does not exist")]
    Missing {
        /// Which kind of thing.
        what: &'static str,
    },
    /// The event or a record cannot be written down.
    #[error("it cannot be recorded: {0}")]
    Unrecordable(String),
    /// The disk is almost full.
    #[error("{0}")]
    LowSpace(LowSpace),
    /// The store takes no writes.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

impl CommitError {
    /// Is the disk almost full? The store logs that once itself.
    pub const fn is_low_space(&self) -> bool {
        matches!(self, Self::LowSpace(_))
    }
}
