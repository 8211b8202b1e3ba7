//! The disk reserve: which changes it denies, and that the store recovers without a restart.

use super::*;
use crate::store::{DiskReserve, FreeSpace};
use std::path::Path;

const RESERVE: u64 = 64 << 20;

/// Free bytes that the test sets.
#[derive(Clone)]
struct TestProbe(Arc<AtomicU64>);

impl TestProbe {
    fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::SeqCst);
    }
}

impl FreeSpace for TestProbe {
    fn bytes(&self) -> std::io::Result<u64> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

fn store(folder: &Path) -> (Store, TestProbe) {
    let probe = TestProbe(Arc::new(AtomicU64::new(u64::MAX)));
    let reserve = DiskReserve::with_probe(RESERVE, probe.clone());
    let store = Store::open_with_reserve(folder, random(), reserve).unwrap();
    (store, probe)
}

async fn write(store: &Store, action: Action) -> Result<(), CommitError> {
    let event = AuditEvent {
        action,
        ..event(1, 1)
    };
    store.commit(Change::none(), event).await.map(|_| ())
}

#[tokio::test]
async fn only_changes_that_end_access_use_the_reserve() {
    let folder = StateFolder::new();
    let (store, probe) = store(folder.0.path());
    probe.set(RESERVE - 1);
    let error = write(&store, Action::SessionCreate).await.unwrap_err();
    assert!(error.is_low_space() && !store.has_space());
    assert!(error.to_string().contains("63 MiB free"), "{error}");
    for action in [
        Action::SessionEnd,
        Action::TokenRevoke,
        Action::RoleBindingDelete,
        Action::DirectoryUpdate,
    ] {
        write(&store, action).await.unwrap();
    }
    store.healthy().unwrap();
    probe.set(RESERVE + RESERVE / 8);
    write(&store, Action::SessionCreate).await.unwrap();
    assert!(store.has_space() && store.space().is_ok());
}

#[tokio::test]
async fn below_a_quarter_of_the_reserve_nothing_is_written() {
    let folder = StateFolder::new();
    let (store, probe) = store(folder.0.path());
    probe.set(RESERVE / 4 - 1);
    assert!(write(&store, Action::SessionEnd).await.is_err());
    let used = UnauditedWrite::SessionUsed(session(1).id, Timestamp::from_seconds(11));
    assert!(store.write_unaudited([used]).await.is_err());
    store.healthy().unwrap();
    probe.set(u64::MAX);
    store.sample_space();
    assert!(store.has_space());
    write(&store, Action::SessionCreate).await.unwrap();
    probe.set(0);
    store.close().await.unwrap();
    assert!(folder.try_open().is_ok(), "a clean stop");
}

#[tokio::test]
async fn level_does_not_alternate_near_the_reserve() {
    let folder = StateFolder::new();
    let (store, probe) = store(folder.0.path());
    probe.set(RESERVE - 1);
    store.sample_space();
    probe.set(RESERVE + 1);
    store.sample_space();
    assert!(!store.has_space());
}

/// Fills a real file system. Skipped without the right to mount one.
#[tokio::test]
async fn full_file_system_needs_no_restart() {
    let folder = StateFolder::new();
    let mounted = SmallDisk::mount(folder.0.path());
    let Some(_mounted) = mounted else {
        eprintln!("skipped: this environment does not let a test mount a tmpfs");
        return;
    };
    let state = folder.0.path().join("state");
    let reserve = DiskReserve::of_folder(folder.0.path(), 2 << 20);
    let store = Store::open_with_reserve(&state, random(), reserve).unwrap();
    write(&store, Action::SessionCreate).await.unwrap();
    let ballast = folder.0.path().join("ballast");
    fill(&ballast);
    let mut errors = 0;
    for _ in 0..50 {
        errors += u8::from(write(&store, Action::SessionCreate).await.is_err());
    }
    assert_eq!(errors, 50);
    store.healthy().unwrap();
    assert!(store.load().is_ok(), "reads continue");
    std::fs::remove_file(ballast).unwrap();
    write(&store, Action::SessionCreate).await.unwrap();
    let page = store.events(&everything()).unwrap();
    assert_eq!(page.events.len(), 2, "no denied event is in the log");
}

fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
}

/// A tmpfs of 8 MiB, unmounted on drop.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(at);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let mut umount = std::process::Command::new("umount");
        let _ = umount.arg("-l").arg(&self.0).output();
    }
}
