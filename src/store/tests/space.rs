//! The disk reserve: what is refused below it, what is not, and that it heals by itself.

use super::*;
use crate::store::{DiskReserve, FreeSpace};
use std::path::Path;

const RESERVE: u64 = 64 << 20;

/// Free bytes that the test sets.
#[derive(Clone)]
struct Gauge(Arc<AtomicU64>);

impl Gauge {
    fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::SeqCst);
    }
}

impl FreeSpace for Gauge {
    fn bytes(&self) -> std::io::Result<u64> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

fn store(folder: &Path) -> (Store, Gauge) {
    let gauge = Gauge(Arc::new(AtomicU64::new(u64::MAX)));
    let reserve = DiskReserve::with_probe(RESERVE, gauge.clone());
    let store = Store::open_with_reserve(folder, random(), reserve).unwrap();
    (store, gauge)
}

async fn write(store: &Store, action: Action) -> Result<(), CommitError> {
    let event = AuditEvent {
        action,
        ..event(1, 1)
    };
    store.commit(Change::none(), event).await.map(|_| ())
}

#[tokio::test]
async fn below_the_reserve_access_ends_and_nothing_new_begins() {
    let place = Place::new();
    let (store, gauge) = store(place.0.path());
    gauge.set(RESERVE - 1);
    let refused = write(&store, Action::SessionCreate).await.unwrap_err();
    assert!(refused.is_low_space() && !store.has_space());
    assert!(refused.to_string().contains("63 MiB free"), "{refused}");
    for action in [
        Action::SessionEnd,
        Action::TokenRevoke,
        Action::RoleBindingDelete,
        Action::DirectoryUpdate,
    ] {
        write(&store, action).await.unwrap();
    }
    store.healthy().unwrap();
    gauge.set(RESERVE + RESERVE / 8);
    write(&store, Action::SessionCreate).await.unwrap();
    assert!(store.has_space() && store.space().is_ok());
}

#[tokio::test]
async fn far_below_the_reserve_nothing_is_written_and_the_store_stays_open() {
    let place = Place::new();
    let (store, gauge) = store(place.0.path());
    gauge.set(RESERVE / 4 - 1);
    assert!(write(&store, Action::SessionEnd).await.is_err());
    let seen = Unaudited::SessionSeen(session(1).id, Timestamp::from_seconds(11));
    assert!(store.touch([seen]).await.is_err());
    store.healthy().unwrap();
    gauge.set(u64::MAX);
    store.sample_space();
    assert!(store.has_space());
    write(&store, Action::SessionCreate).await.unwrap();
    gauge.set(0);
    store.close().await.unwrap();
    assert!(place.try_open().is_ok(), "a clean stop");
}

#[tokio::test]
async fn a_little_space_more_does_not_go_to_and_fro() {
    let place = Place::new();
    let (store, gauge) = store(place.0.path());
    gauge.set(RESERVE - 1);
    store.sample_space();
    gauge.set(RESERVE + 1);
    store.sample_space();
    assert!(!store.has_space());
}

/// A real file system that is filled up, and emptied again. Needs the right to mount.
#[tokio::test]
async fn a_full_file_system_is_survived_without_a_restart() {
    let place = Place::new();
    let mounted = Small::mount(place.0.path());
    let Some(_mounted) = mounted else {
        eprintln!("skipped: this environment does not let a test mount a tmpfs");
        return;
    };
    let folder = place.0.path().join("state");
    let reserve = DiskReserve::of_folder(place.0.path(), 2 << 20);
    let store = Store::open_with_reserve(&folder, random(), reserve).unwrap();
    write(&store, Action::SessionCreate).await.unwrap();
    let ballast = place.0.path().join("ballast");
    fill(&ballast);
    let mut refused = 0;
    for _ in 0..50 {
        refused += u8::from(write(&store, Action::SessionCreate).await.is_err());
    }
    assert_eq!(refused, 50);
    store.healthy().unwrap();
    assert!(store.load().is_ok(), "reads go on");
    std::fs::remove_file(ballast).unwrap();
    write(&store, Action::SessionCreate).await.unwrap();
    let page = store.events(&everything()).unwrap();
    assert_eq!(page.events.len(), 2, "the log is whole");
}

fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
}

/// A tmpfs of 8 MiB that goes away with the value.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(at);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let mut umount = std::process::Command::new("umount");
        let _ = umount.arg("-l").arg(&self.0).output();
    }
}
