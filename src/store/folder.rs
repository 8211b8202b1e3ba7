//! The state folder: its modes, the lock that keeps other processes out, and the mark of an unclean stop.
//!
//! The lock file holds the process id from opening to a clean stop. An id in a file that is not locked was left by a process
//! that crashed. Must never use a folder that other users can enter.

use super::error::StoreError;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

const FILE: &str = "samovar.redb";
const LOCK: &str = "lock";

/// A state folder that this process holds until the value is dropped.
pub(super) struct Folder {
    path: PathBuf,
    lock: Mutex<File>,
    unclean: bool,
}

impl Folder {
    /// Locks the folder; creates it if it is missing.
    pub(super) fn lock(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::folder(path, error);
        create(path)?;
        let mut lock = open_private(&path.join(LOCK)).map_err(failed)?;
        let locked = lock.try_lock();
        let mut holder = String::new();
        lock.read_to_string(&mut holder).map_err(failed)?;
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(path, &holder)),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let folder = Self {
            path: path.to_owned(),
            lock: Mutex::new(lock),
            unclean: !holder.is_empty(),
        };
        folder
            .mark(&std::process::id().to_string())
            .map_err(failed)?;
        Ok(folder)
    }

    /// Opens the store's file; creates it if it is missing.
    pub(super) fn file(&self) -> Result<File, StoreError> {
        let opened = open_private(&self.path.join(FILE)).and_then(|file| {
            // Syncing the folder makes the names of its files survive a crash.
            File::open(&self.path)?.sync_all()?;
            Ok(file)
        });
        opened.map_err(|error| StoreError::folder(&self.path, error))
    }

    /// True if the process that held the folder before crashed.
    pub(super) const fn unclean(&self) -> bool {
        self.unclean
    }

    /// Records a clean stop. Everything must be written.
    pub(super) fn mark_clean(&self) -> Result<(), StoreError> {
        self.mark("")
            .map_err(|error| StoreError::folder(&self.path, error))
    }

    fn mark(&self, text: &str) -> std::io::Result<()> {
        let mut file = self
            .lock
            .lock()
            .map_err(|_| std::io::Error::other("a thread panicked while it wrote the lock file"))?;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

/// Makes sure that the folder exists and only this user can enter it.
fn create(path: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::folder(path, error);
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)?;
    let mode = std::fs::metadata(path).map_err(failed)?.mode() & 0o7777;
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    // Other users may need what is in a folder that is neither empty nor a state folder.
    let is_state_folder = path.join(FILE).exists();
    if !is_state_folder && std::fs::read_dir(path).map_err(failed)?.next().is_some() {
        let folder = path.to_owned();
        return Err(StoreError::Exposed { folder, mode });
    }
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).map_err(failed)
}

fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.mode(0o600).open(path)?;
    // `mode` applies to new files alone.
    file.set_permissions(PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn in_use(path: &Path, holder: &str) -> StoreError {
    let pid = holder.trim().parse::<u32>().ok();
    StoreError::InUse {
        folder: path.to_owned(),
        holder: pid.map_or_else(String::new, |pid| format!(" (pid {pid})")),
    }
}
