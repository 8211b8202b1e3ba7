//! What the audit log promises: a reading is an event, and nothing is given out without it.

use super::{AuditLog, AuditLogError, Reader};
use crate::audit::{Action, EventQuery, ObjectKind, Outcome, PersonalFields, Versions};
use crate::model::{Clock, DisplayText, Principal, Random, Timestamp, UserId};
use crate::store::{CommitError, Store, StoreError};
use std::sync::Arc;

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_000)
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn reader() -> Reader {
    Reader {
        actor: Principal::User(UserId::from_bytes([1; 16])),
        request: None,
        personal: PersonalFields {
            login: Some(DisplayText::lossy("alice")),
            ..PersonalFields::default()
        },
        versions: Versions {
            policy: 4,
            directory: 5,
        },
    }
}

fn log() -> (tempfile::TempDir, Store, AuditLog) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Arc::new(Fixed)).unwrap();
    let log = AuditLog::new(store.clone(), Arc::new(Fixed));
    (folder, store, log)
}

#[tokio::test]
async fn reading_the_log_is_an_event_that_says_who_asked_for_what() {
    let (_folder, _store, log) = log();
    let query = EventQuery {
        actor: Some(Principal::Anonymous),
        object: Some(ObjectKind::Route),
        object_id: Some(DisplayText::lossy("a name typed by a caller")),
        action: Some(Action::RequestDecide),
        outcome: Some(Outcome::Denied),
        from: Some(Timestamp::ZERO),
        before: Some(9),
        ..EventQuery::default()
    };
    let first = log.query(&reader(), query).await.unwrap();
    assert!(first.events.is_empty() && first.next.is_none());
    let second = log.query(&reader(), EventQuery::default()).await.unwrap();
    let read = &second.events[0].event;
    assert_eq!(read.action, Action::AuditLogRead);
    assert_eq!((read.actor, read.at), (reader().actor, Fixed.now()));
    assert_eq!((read.policy_version, read.directory_version), (4, 5));
    assert_eq!(read.personal, reader().personal);
    let reasons: Vec<_> = read.reasons.iter().map(DisplayText::as_str).collect();
    let expected = [
        "actor anonymous",
        "object route",
        "object id",
        "action request.decide",
        "outcome denied",
        "from 1970-01-01T00:00:00.000Z",
        "before 9",
    ];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_given_out() {
    let (_folder, store, log) = log();
    log.query(&reader(), EventQuery::default()).await.unwrap();
    store.close().await.unwrap();
    let denial = log.query(&reader(), EventQuery::default()).await;
    let closed = CommitError::Unavailable(StoreError::Closed);
    assert_eq!(denial, Err(AuditLogError::Unrecorded(closed)));
}
