//! The state folder: its mode, its lock, and the mark of an unclean stop.

use super::*;
use crate::store::tables::{META, META_FORMAT};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Mutex;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn unclean(folder: &StateFolder) -> bool {
    !fs::read(folder.0.path().join("lock")).unwrap().is_empty()
}

#[test]
fn folder_and_file_are_private() {
    let folder = StateFolder::new();
    let state = folder.0.path().join("new/state");
    drop(Store::open(&state, random()).unwrap());
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join("samovar.redb")), 0o600);
    fs::set_permissions(state.join("samovar.redb"), PermissionsExt::from_mode(0o644)).unwrap();
    drop(Store::open(&state, random()).unwrap());
    assert_eq!(mode(&state.join("samovar.redb")), 0o600);
}

#[test]
fn only_a_state_folder_is_made_private() {
    let (state, other) = (StateFolder::new(), StateFolder::new());
    let open_to_others = |folder: &StateFolder| {
        fs::set_permissions(folder.0.path(), PermissionsExt::from_mode(0o755)).unwrap();
    };
    for _ in 0..2 {
        open_to_others(&state);
        drop(state.open());
        assert_eq!(mode(state.0.path()), 0o700);
    }
    open_to_others(&other);
    fs::write(other.0.path().join("file"), "").unwrap();
    let error = other.try_open().err().unwrap().to_string();
    let line = "is accessible to other users (mode 0755); run `chmod 700`";
    assert!(error.contains(line), "{error}");
}

#[tokio::test]
async fn folder_is_locked_until_the_last_clone_is_dropped() {
    let folder = StateFolder::new();
    let store = folder.open();
    let error = folder.try_open().err().unwrap().to_string();
    let holder = format!("is in use by another process (pid {})", std::process::id());
    assert!(error.contains(&holder), "{error}");
    let clone = store.clone();
    drop(store);
    assert!(folder.try_open().is_err());
    clone.commit(Change::none(), event(1, 1)).await.unwrap();
    drop(clone);
    assert_eq!(folder.open().events(&everything()).unwrap().events.len(), 1);
}

#[tokio::test]
async fn closed_store_is_marked_clean_and_accepts_nothing() {
    let folder = StateFolder::new();
    drop(folder.open());
    assert!(unclean(&folder), "dropped without a close");
    let store = folder.open();
    let clone = store.clone();
    let waiting = clone.commit(Change::none(), event(1, 1));
    let (waited, closed) = tokio::join!(waiting, store.close());
    assert_eq!((waited.unwrap().sequence, closed), (0, Ok(())));
    assert!(!unclean(&folder));
    let error = clone.commit(Change::none(), event(1, 2)).await;
    assert_eq!(error, Err(CommitError::Unavailable(StoreError::Closed)));
    assert_eq!(clone.healthy(), Err(StoreError::Closed));
    assert_eq!(clone.events(&everything()).unwrap().events.len(), 1);
}

#[tokio::test]
async fn copied_folder_opens_as_after_a_crash() {
    let (folder, copy) = (StateFolder::new(), StateFolder::new());
    let store = folder.open();
    let change = Operation::PutRole(role(1, 1), Precondition::Absent).into();
    store.commit(change, event(1, 1)).await.unwrap();
    for name in ["samovar.redb", "lock"] {
        fs::copy(folder.0.path().join(name), copy.0.path().join(name)).unwrap();
    }
    fs::set_permissions(copy.0.path(), PermissionsExt::from_mode(0o700)).unwrap();
    assert!(unclean(&copy));
    let store = copy.open();
    assert_eq!(store.load().unwrap().roles, [role(1, 1)]);
    store.close().await.unwrap();
    assert!(!unclean(&copy));
}

#[test]
fn store_of_a_later_format_is_not_opened() {
    let folder = StateFolder::new();
    let store = folder.open();
    let transaction = store.0.shared.database.begin_write().unwrap();
    let later = 2_u32.to_be_bytes();
    let mut table = transaction.open_table(META).unwrap();
    table.insert(META_FORMAT, later.as_slice()).unwrap();
    drop(table);
    transaction.commit().unwrap();
    drop(store);
    let error = folder.try_open().err().unwrap().to_string();
    assert!(
        error.contains("format 2 and this version of samovar supports format 1"),
        "{error}"
    );
}

#[test]
fn path_of_a_file_is_not_a_state_folder() {
    let folder = StateFolder::new();
    let file = folder.0.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Store::open(&file, random()).err().unwrap().to_string();
    assert!(
        error.contains(&format!("state folder `{}` cannot be used", file.display())),
        "{error}"
    );
}

/// The log lines of opening.
fn log_of_opening(folder: &StateFolder) -> String {
    let log = Arc::new(Mutex::new(Vec::new()));
    let buffer = Arc::clone(&log);
    let writer = move || LogBuffer(Arc::clone(&buffer));
    let subscriber = tracing_subscriber::fmt().with_writer(writer).finish();
    tracing::subscriber::with_default(subscriber, || drop(folder.open()));
    String::from_utf8(log.lock().unwrap().clone()).unwrap()
}

struct LogBuffer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for LogBuffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn check_after_an_unclean_stop_is_logged() {
    let folder = StateFolder::new();
    folder.open().close().await.unwrap();
    assert_eq!(log_of_opening(&folder), "");
    let log = log_of_opening(&folder);
    assert!(
        log.contains("was not closed cleanly; its integrity is being checked"),
        "{log}"
    );
    assert!(
        log.contains("the store is intact after the unclean stop"),
        "{log}"
    );
}
