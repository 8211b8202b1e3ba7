//! An event that cannot be written is an error each time, and never a counted repeat.

use super::*;
use crate::audit::{ObjectKind, Outcome};
use crate::model::UserId;
use crate::model::testing::TestClock;

fn journal(folder: &tempfile::TempDir) -> Journal {
    let clock = TestClock::new();
    let store = Store::open(folder.path(), clock.clone()).unwrap();
    let settings = JournalSettings {
        window: Duration::from_secs(60),
        anonymous_events_per_minute: 600,
    };
    let versions = || Versions {
        policy: 1,
        directory: 1,
    };
    Journal::new(store, clock, versions, settings)
}

/// An event with a number that no event can have.
fn unwritable(journal: &Journal) -> AuditEvent {
    let object = Object::new(ObjectKind::Permission, "deployments:read");
    let event = journal.event(Principal::Anonymous, Action::RequestDecide, object);
    event.under(Versions {
        policy: u64::MAX,
        directory: 1,
    })
}

#[tokio::test]
async fn event_that_cannot_be_written_fails_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(&folder);
    let key = RepeatKey {
        principal: Principal::User(UserId::from_bytes([1; 16])),
        application: None,
        object_kind: ObjectKind::Permission,
        object: Some(1),
        outcome: Outcome::Allowed,
        code: "allowed",
    };
    for _ in 0..3 {
        let recorded = journal.record(&key, false, || unwritable(&journal));
        assert!(recorded.await.is_err());
    }
}

#[tokio::test]
async fn anonymous_event_that_cannot_be_written_fails_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(&folder);
    let kind = AnonymousKind::denial(Action::RequestDecide, "route_unknown");
    for _ in 0..3 {
        let recorded = journal.record_anonymous(kind, None, || unwritable(&journal));
        assert!(recorded.await.is_err());
    }
}
