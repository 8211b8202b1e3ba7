//! The disk: crashes at every write, full disks, damaged files.

use super::*;
use crate::store::{DiskReserve, Inner, open};
use redb::StorageBackend;
use std::io;
use std::path::Path;
use std::sync::Mutex;

/// A disk in memory whose writes fail with an error after a number of them.
#[derive(Debug, Clone, Default)]
struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Clone)]
struct State {
    bytes: Vec<u8>,
    writes_left: u64,
    error: io::ErrorKind,
}

impl Default for State {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            writes_left: u64::MAX,
            error: io::ErrorKind::StorageFull,
        }
    }
}

impl Disk {
    /// The disk that the next process finds after a crash at this instant.
    fn after_a_crash(&self) -> Self {
        let bytes = self.0.lock().unwrap().bytes.clone();
        Self(Arc::new(Mutex::new(State {
            bytes,
            ..State::default()
        })))
    }

    fn fail_after(&self, writes: u64, error: io::ErrorKind) {
        let mut state = self.0.lock().unwrap();
        (state.writes_left, state.error) = (writes, error);
    }

    fn store(&self, unclean: bool) -> Result<Store, StoreError> {
        let reserve = DiskReserve::of_folder(Path::new("/"), 0);
        Store::start(open::open(self.clone(), unclean)?, None, random(), reserve)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        if state.writes_left == 0 {
            return Err(state.error.into());
        }
        state.writes_left -= 1;
        change(&mut state.bytes);
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock().unwrap();
        let start = usize::try_from(offset).unwrap();
        let from = state.bytes.get(start..start + out.len());
        out.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(|bytes| bytes.resize(usize::try_from(len).unwrap(), 0))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(|_| ())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        self.change(|bytes| bytes[start..start + data.len()].copy_from_slice(data))
    }
}

async fn put(store: &Store, number: u8) -> Result<crate::store::CommitReceipt, CommitError> {
    let change = Operation::PutRole(role(number, 1), Precondition::Absent).into();
    store.commit(change, event(number, 1)).await
}

fn roles(store: &Store) -> Vec<Role> {
    store.load().unwrap().roles
}

#[tokio::test]
async fn crash_at_any_write_loses_no_acknowledged_commit() {
    for writes in 0..120 {
        let disk = Disk::default();
        let store = disk.store(false).unwrap();
        disk.fail_after(writes, io::ErrorKind::Other);
        let mut acknowledged = Vec::new();
        for number in 1..9 {
            if put(&store, number).await.is_ok() {
                acknowledged.push(role(number, 1));
            }
        }
        let store = disk.after_a_crash().store(true).unwrap();
        let stored = roles(&store);
        assert!(stored.starts_with(&acknowledged), "{writes}: {stored:?}");
        // One commit may be on disk without its acknowledgement.
        assert!(stored.len() <= acknowledged.len() + 1, "{writes}");
        let page = store.events(&everything()).unwrap();
        assert_eq!(page.events.len(), stored.len(), "{writes}");
    }
}

#[tokio::test]
async fn full_disk_fails_every_change_until_a_restart() {
    let disk = Disk::default();
    let store = disk.store(false).unwrap();
    put(&store, 1).await.unwrap();
    store.healthy().unwrap();
    disk.fail_after(3, io::ErrorKind::StorageFull);
    let full = StoreError::Disk("the disk is full".to_owned());
    assert_eq!(
        put(&store, 2).await,
        Err(CommitError::Unavailable(full.clone()))
    );
    disk.fail_after(u64::MAX, io::ErrorKind::StorageFull);
    assert_eq!(
        put(&store, 3).await,
        Err(CommitError::Unavailable(full.clone()))
    );
    let used = UnauditedWrite::SessionUsed(session(1).id, Timestamp::from_seconds(11));
    assert_eq!(
        store.write_unaudited([used]).await,
        Err(CommitError::Unavailable(full.clone()))
    );
    assert_eq!(store.healthy(), Err(full.clone()));
    assert!(
        full.to_string()
            .contains("restarted on a healthy disk with free space")
    );
    let store = disk.after_a_crash().store(true).unwrap();
    put(&store, 3).await.unwrap();
    assert_eq!(roles(&store), [role(1, 1), role(3, 1)]);
}

#[tokio::test]
async fn damaged_file_is_an_error_or_has_every_record() {
    let disk = Disk::default();
    let store = disk.store(false).unwrap();
    for number in 1..9 {
        put(&store, number).await.unwrap();
    }
    let expected = roles(&store);
    drop::<Arc<Inner>>(store.0);
    let size = usize::try_from(disk.len().unwrap()).unwrap();
    let mut errors = 0;
    for position in (0..size).step_by(61) {
        let damaged = disk.after_a_crash();
        damaged.0.lock().unwrap().bytes[position] ^= 0x41;
        match damaged.store(true) {
            Ok(store) => assert_eq!(roles(&store), expected, "{position}"),
            Err(StoreError::Damaged(_) | StoreError::Format { .. } | StoreError::Disk(_)) => {
                errors += 1;
            }
            Err(error) => panic!("{position}: {error}"),
        }
    }
    assert!(errors > 50, "{errors}");
}

#[tokio::test]
async fn truncated_or_foreign_file_is_an_error() {
    let disk = Disk::default();
    drop(disk.store(false).unwrap());
    for unclean in [false, true] {
        let cut = disk.after_a_crash();
        let half = cut.0.lock().unwrap().bytes.len() / 2;
        cut.0.lock().unwrap().bytes.truncate(half);
        assert!(cut.store(unclean).is_err());
        let other = Disk::default();
        other.0.lock().unwrap().bytes = b"not a database ".repeat(999);
        let error = other.store(unclean).err().unwrap();
        assert!(
            error.to_string().contains("the store is damaged"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn full_disk_at_the_start_is_an_error() {
    let new = Disk::default();
    new.fail_after(0, io::ErrorKind::StorageFull);
    let old = Disk::default();
    put(&old.store(false).unwrap(), 1).await.unwrap();
    let old = old.after_a_crash();
    old.fail_after(0, io::ErrorKind::StorageFull);
    for (disk, unclean) in [(new, false), (old, true)] {
        let error = disk.store(unclean).err().unwrap();
        assert_eq!(error, StoreError::Disk("the disk is full".to_owned()));
    }
}
