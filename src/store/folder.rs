//! The state folder: its modes, the lock that keeps other processes out, and the mark of an unclean stop.
//!
//! The lock file holds the process id from opening to a clean stop; an id that is still there when nobody holds the
//! lock was left by a process that crashed. Must never follow a mode that lets others in.

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
    /// Makes the folder if need be, and takes it.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::folder(path, error);
        make(path)?;
        let mut lock = open_private(&path.join(LOCK)).map_err(failed)?;
        let held = lock.try_lock();
        let mut holder = String::new();
        lock.read_to_string(&mut holder).map_err(failed)?;
        match held {
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

    /// The store's file, made if need be.
    pub(super) fn file(&self) -> Result<File, StoreError> {
        let opened = open_private(&self.path.join(FILE)).and_then(|file| {
            // The names of both files must survive a crash, not only their content.
            File::open(&self.path)?.sync_all()?;
            Ok(file)
        });
        opened.map_err(|error| StoreError::folder(&self.path, error))
    }

    /// Did the process that held the folder before crash?
    pub(super) const fn unclean(&self) -> bool {
        self.unclean
    }

    /// Everything is written: the next process finds a clean stop.
    pub(super) fn mark_clean(&self) -> Result<(), StoreError> {
        self.mark("")
            .map_err(|error| StoreError::folder(&self.path, error))
    }

    fn mark(&self, text: &str) -> std::io::Result<()> {
        let mut file = self
            .lock
            .lock()
            .map_err(|_| std::io::Error::other("the lock file's owner has died"))?;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

/// The folder exists and only we can enter it.
fn make(path: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::folder(path, error);
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)?;
    let mode = std::fs::metadata(path).map_err(failed)?.mode() & 0o7777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    // An empty folder was made for us, and one with our file is ours; what lies in another may be meant for others.
    let ours = path.join(FILE).exists();
    if !ours && std::fs::read_dir(path).map_err(failed)?.next().is_some() {
        let folder = path.to_owned();
        return Err(StoreError::Exposed { folder, mode });
    }
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).map_err(failed)
}

fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.mode(0o600).open(path)?;
    // A file of an older date keeps its mode on opening.
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
