//! The state folder: who may read it, who holds it, what a stop left in it.

use super::*;
use crate::store::tables::{META, meta};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Mutex;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn unclean(place: &Place) -> bool {
    !fs::read(place.0.path().join("lock")).unwrap().is_empty()
}

#[test]
fn nobody_else_can_enter_the_folder_or_read_the_file() {
    let place = Place::new();
    let folder = place.0.path().join("new/state");
    drop(Store::open(&folder, random()).unwrap());
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("samovar.redb")), 0o600);
    fs::set_permissions(
        folder.join("samovar.redb"),
        PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    drop(Store::open(&folder, random()).unwrap());
    assert_eq!(mode(&folder.join("samovar.redb")), 0o600);
}

#[test]
fn a_folder_of_ours_is_closed_to_others_and_one_with_other_things_is_refused() {
    let (ours, other) = (Place::new(), Place::new());
    let open_to_others = |place: &Place| {
        fs::set_permissions(place.0.path(), PermissionsExt::from_mode(0o755)).unwrap();
    };
    for _ in 0..2 {
        open_to_others(&ours);
        drop(ours.open());
        assert_eq!(mode(ours.0.path()), 0o700);
    }
    open_to_others(&other);
    fs::write(other.0.path().join("letter"), "").unwrap();
    let denial = other.try_open().err().unwrap().to_string();
    let line = "is open to others (mode 0755); run `chmod 700`";
    assert!(denial.contains(line), "{denial}");
}

#[tokio::test]
async fn a_folder_in_use_says_by_whom_and_is_free_after_the_last_clone() {
    let place = Place::new();
    let store = place.open();
    let denial = place.try_open().err().unwrap().to_string();
    let holder = format!("is in use by another process (pid {})", std::process::id());
    assert!(denial.contains(&holder), "{denial}");
    let clone = store.clone();
    drop(store);
    assert!(place.try_open().is_err());
    clone.commit(Change::none(), event(1, 1)).await.unwrap();
    drop(clone);
    assert_eq!(place.open().events(&everything()).unwrap().events.len(), 1);
}

#[tokio::test]
async fn only_a_clean_stop_is_marked_clean_and_a_closed_store_takes_nothing() {
    let place = Place::new();
    drop(place.open());
    assert!(unclean(&place), "dropped without a close");
    let store = place.open();
    let clone = store.clone();
    let waiting = clone.commit(Change::none(), event(1, 1));
    let (waited, closed) = tokio::join!(waiting, store.close());
    assert_eq!((waited.unwrap().sequence, closed), (0, Ok(())));
    assert!(!unclean(&place));
    let denial = clone.commit(Change::none(), event(1, 2)).await;
    assert_eq!(denial, Err(CommitError::Unavailable(StoreError::Closed)));
    assert_eq!(clone.healthy(), Err(StoreError::Closed));
    assert_eq!(clone.events(&everything()).unwrap().events.len(), 1);
}

#[tokio::test]
async fn a_folder_copied_in_the_middle_opens_as_after_a_crash() {
    let (place, copy) = (Place::new(), Place::new());
    let store = place.open();
    let change = Operation::PutRole(role(1, 1), Expect::Absent).into();
    store.commit(change, event(1, 1)).await.unwrap();
    for name in ["samovar.redb", "lock"] {
        fs::copy(place.0.path().join(name), copy.0.path().join(name)).unwrap();
    }
    fs::set_permissions(copy.0.path(), PermissionsExt::from_mode(0o700)).unwrap();
    assert!(unclean(&copy));
    let store = copy.open();
    assert_eq!(store.load().unwrap().roles, [role(1, 1)]);
    store.close().await.unwrap();
    assert!(!unclean(&copy));
}

#[test]
fn a_store_of_a_later_version_is_refused_with_a_line() {
    let place = Place::new();
    let store = place.open();
    let transaction = store.0.core.database.begin_write().unwrap();
    let later = 2_u32.to_be_bytes();
    let mut table = transaction.open_table(META).unwrap();
    table.insert(meta::FORMAT, later.as_slice()).unwrap();
    drop(table);
    transaction.commit().unwrap();
    drop(store);
    let denial = place.try_open().err().unwrap().to_string();
    assert!(
        denial.contains("format 2 and this version of samovar knows format 1"),
        "{denial}"
    );
}

#[test]
fn a_place_that_cannot_be_a_folder_is_named() {
    let place = Place::new();
    let file = place.0.path().join("file");
    fs::write(&file, "").unwrap();
    let denial = Store::open(&file, random()).err().unwrap().to_string();
    assert!(
        denial.contains(&format!("state folder `{}` cannot be used", file.display())),
        "{denial}"
    );
}

/// What opening says in the log.
fn said_on_opening(place: &Place) -> String {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let writer = move || Ear(Arc::clone(&heard));
    let subscriber = tracing_subscriber::fmt().with_writer(writer).finish();
    tracing::subscriber::with_default(subscriber, || drop(place.open()));
    String::from_utf8(said.lock().unwrap().clone()).unwrap()
}

struct Ear(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_unclean_stop_and_its_check_are_said_in_the_log_and_a_clean_one_is_not() {
    let place = Place::new();
    place.open().close().await.unwrap();
    assert_eq!(said_on_opening(&place), "");
    let said = said_on_opening(&place);
    assert!(
        said.contains("was not closed cleanly; its integrity is being checked"),
        "{said}"
    );
    assert!(
        said.contains("the store is whole after the unclean stop"),
        "{said}"
    );
}
