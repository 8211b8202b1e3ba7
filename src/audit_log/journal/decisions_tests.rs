//! Which decisions are written, and that no count is lost.

use super::*;
use crate::model::UserId;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const PERSON: Principal = Principal::User(UserId::from_bytes([1; 16]));

fn key(object: u64) -> RepeatKey {
    RepeatKey {
        principal: PERSON,
        application: None,
        object_kind: ObjectKind::Permission,
        object: Some(object),
        outcome: Outcome::Allowed,
        code: "allowed",
    }
}

fn label() -> Object {
    Object::new(ObjectKind::Permission, "deployments:read")
}

fn counter() -> DecisionCounter {
    DecisionCounter::new(Duration::from_secs(60))
}

#[test]
fn first_of_a_kind_is_written_and_repeats_are_counted() {
    let counter = counter();
    let first = [(); 3].map(|()| counter.is_first(&key(1), NOW, label));
    assert_eq!(first, [true, false, false]);
    let denied = RepeatKey {
        outcome: Outcome::Denied,
        code: "route_unknown",
        ..key(1)
    };
    assert!(counter.is_first(&denied, NOW, label), "another kind");
}

#[test]
fn fresh_values_of_one_principal_are_bounded_and_counted() {
    let counter = counter();
    let many = 3 * u64::from(WINDOWS_OF_PRINCIPAL);
    let written = (0..many).filter(|number| counter.is_first(&key(*number), NOW, label));
    let written = written.count() as u64;
    let bound = u64::from(WINDOWS_OF_PRINCIPAL) + 1;
    assert_eq!(written, bound, "one stands for the rest");
    let repeats: u64 = counter
        .close_all()
        .iter()
        .map(|closed| closed.repeats)
        .sum();
    assert_eq!(written + repeats, many);
}

#[test]
fn count_without_an_event_keeps_its_label() {
    let counter = counter();
    let later = NOW.plus(Duration::from_secs(3600));
    assert!(counter.count(&key(1), NOW, label) && counter.count(&key(1), later, label));
    let closed = counter.close(later);
    assert_eq!(closed[0].label, label());
    assert_eq!(closed[0].repeats, 2);
    counter.restore(closed);
    assert_eq!(counter.close_all().len(), 1);
}
