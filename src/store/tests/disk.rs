//! The disk: crashes at every write, full disks, damaged files.

use super::*;
use crate::store::{DiskReserve, Inner, open};
use redb::StorageBackend;
use std::io;
use std::path::Path;
use std::sync::Mutex;

/// A disk in memory that refuses every write after a number of them, with this error.
#[derive(Debug, Clone, Default)]
struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Clone)]
struct State {
    bytes: Vec<u8>,
    writes_left: u64,
    denial: io::ErrorKind,
}

impl Default for State {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            writes_left: u64::MAX,
            denial: io::ErrorKind::StorageFull,
        }
    }
}

impl Disk {
    /// What a process that starts after a crash at this instant finds.
    fn after_a_crash(&self) -> Self {
        let bytes = self.0.lock().unwrap().bytes.clone();
        Self(Arc::new(Mutex::new(State {
            bytes,
            ..State::default()
        })))
    }

    fn refuse_after(&self, writes: u64, denial: io::ErrorKind) {
        let mut state = self.0.lock().unwrap();
        (state.writes_left, state.denial) = (writes, denial);
    }

    fn store(&self, unclean: bool) -> Result<Store, StoreError> {
        let reserve = DiskReserve::of_folder(Path::new("/"), 0);
        Store::start(open::open(self.clone(), unclean)?, None, random(), reserve)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        if state.writes_left == 0 {
            return Err(state.denial.into());
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

async fn put(store: &Store, number: u8) -> Result<crate::store::Committed, CommitError> {
    let change = Operation::PutRole(role(number, 1), Expect::Absent).into();
    store.commit(change, event(number, 1)).await
}

fn roles(store: &Store) -> Vec<Role> {
    store.load().unwrap().roles
}

#[tokio::test]
async fn after_a_crash_at_any_write_everything_acknowledged_is_there_and_the_log_is_whole() {
    for writes in 0..120 {
        let disk = Disk::default();
        let store = disk.store(false).unwrap();
        disk.refuse_after(writes, io::ErrorKind::Other);
        let mut acknowledged = Vec::new();
        for number in 1..9 {
            if put(&store, number).await.is_ok() {
                acknowledged.push(role(number, 1));
            }
        }
        let store = disk.after_a_crash().store(true).unwrap();
        let kept = roles(&store);
        assert!(kept.starts_with(&acknowledged), "{writes}: {kept:?}");
        // At most the one whose answer was lost is there beside those that were acknowledged.
        assert!(kept.len() <= acknowledged.len() + 1, "{writes}");
        let page = store.events(&everything()).unwrap();
        assert_eq!(page.events.len(), kept.len(), "{writes}");
    }
}

#[tokio::test]
async fn a_full_disk_refuses_every_later_change_until_a_restart() {
    let disk = Disk::default();
    let store = disk.store(false).unwrap();
    put(&store, 1).await.unwrap();
    store.healthy().unwrap();
    disk.refuse_after(3, io::ErrorKind::StorageFull);
    let full = StoreError::Disk("the disk is full".to_owned());
    assert_eq!(
        put(&store, 2).await,
        Err(CommitError::Unavailable(full.clone()))
    );
    disk.refuse_after(u64::MAX, io::ErrorKind::StorageFull);
    assert_eq!(
        put(&store, 3).await,
        Err(CommitError::Unavailable(full.clone()))
    );
    let seen = Unaudited::SessionSeen(session(1).id, Timestamp::from_seconds(11));
    assert_eq!(
        store.touch([seen]).await,
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
async fn a_damaged_file_is_an_error_or_the_whole_truth_and_never_a_panic() {
    let disk = Disk::default();
    let store = disk.store(false).unwrap();
    for number in 1..9 {
        put(&store, number).await.unwrap();
    }
    let expected = roles(&store);
    drop::<Arc<Inner>>(store.0);
    let size = usize::try_from(disk.len().unwrap()).unwrap();
    let mut refused = 0;
    for position in (0..size).step_by(61) {
        let damaged = disk.after_a_crash();
        damaged.0.lock().unwrap().bytes[position] ^= 0x41;
        match damaged.store(true) {
            Ok(store) => assert_eq!(roles(&store), expected, "{position}"),
            Err(StoreError::Damaged(_) | StoreError::Format { .. } | StoreError::Disk(_)) => {
                refused += 1;
            }
            Err(error) => panic!("{position}: {error}"),
        }
    }
    assert!(refused > 50, "{refused}");
}

#[tokio::test]
async fn a_cut_file_and_one_that_is_no_store_are_refused_with_a_line() {
    let disk = Disk::default();
    drop(disk.store(false).unwrap());
    for unclean in [false, true] {
        let cut = disk.after_a_crash();
        let half = cut.0.lock().unwrap().bytes.len() / 2;
        cut.0.lock().unwrap().bytes.truncate(half);
        assert!(cut.store(unclean).is_err());
        let other = Disk::default();
        other.0.lock().unwrap().bytes = b"a letter to a friend ".repeat(999);
        let denial = other.store(unclean).err().unwrap();
        assert!(
            denial.to_string().contains("the store is damaged"),
            "{denial}"
        );
    }
}

#[tokio::test]
async fn a_disk_that_is_full_at_the_start_is_a_line_and_nothing_else() {
    let new = Disk::default();
    new.refuse_after(0, io::ErrorKind::StorageFull);
    let old = Disk::default();
    put(&old.store(false).unwrap(), 1).await.unwrap();
    let old = old.after_a_crash();
    old.refuse_after(0, io::ErrorKind::StorageFull);
    for (disk, unclean) in [(new, false), (old, true)] {
        let denial = disk.store(unclean).err().unwrap();
        assert_eq!(denial, StoreError::Disk("the disk is full".to_owned()));
    }
}
