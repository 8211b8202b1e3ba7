//! The leaf: fixed bytes, no personal field in them, a commitment to each.

use super::{Leaf, LeafError, Salt};
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome, PersonalFields};
use crate::model::{ApplicationId, DisplayText, Principal, RequestId, Timestamp, UserId};

fn event() -> AuditEvent {
    AuditEvent {
        at: Timestamp::from_millis(1_767_225_600_123),
        actor: Principal::User(UserId::from_bytes([1; 16])),
        action: Action::RoleBindingCreate,
        object: Object::new(ObjectKind::RoleBinding, "b-1"),
        outcome: Outcome::Allowed,
        reasons: vec![DisplayText::lossy("role administrator")],
        application: Some(ApplicationId::from_bytes([2; 16])),
        request: Some(RequestId::from_bytes([3; 16])),
        policy_version: 4,
        directory_version: 5,
        repeats: None,
        personal: PersonalFields {
            login: Some(DisplayText::lossy("alice")),
            name: Some(DisplayText::lossy("Alice Liddell")),
            address: Some("192.0.2.7".parse().unwrap()),
            user_agent: Some(DisplayText::lossy("curl/8")),
        },
    }
}

#[test]
fn format_1_never_changes() {
    let leaf = Leaf::new(7, &event(), &Salt::from_bytes([9; 32])).unwrap();
    // The commitment was computed with another implementation. A change of this text breaks every existing log.
    let expected = concat!(
        r#"{"action":"role-binding.create","actor":{"id":"01010101-0101-0101-0101-010101010101","kind":"user"},"#,
        r#""application":"02020202-0202-0202-0202-020202020202","at":1767225600123,"directory_version":5,"format":1,"#,
        r#""object":{"id":"b-1","kind":"role-binding"},"outcome":"allowed","#,
        r#""personal":"a3122d9827198a90264499a1b7e0517014ea264bac0912eb442d2dbb940b569d","#,
        r#""policy_version":4,"reasons":["role administrator"],"#,
        r#""request":"03030303-0303-0303-0303-030303030303","sequence":7}"#
    );
    assert_eq!(std::str::from_utf8(leaf.as_bytes()).unwrap(), expected);
}

#[test]
fn parsed_leaf_has_no_personal_fields() {
    let salt = Salt::from_bytes([9; 32]);
    let leaf = Leaf::new(7, &event(), &salt).unwrap();
    let (sequence, read, commitment) = Leaf::parse(leaf.as_bytes()).unwrap();
    let public = AuditEvent {
        personal: PersonalFields::default(),
        ..event()
    };
    assert_eq!((sequence, read), (7, public));
    assert_eq!(commitment, salt.commitment(&event().personal).unwrap());
    let text = String::from_utf8(leaf.as_bytes().to_vec()).unwrap();
    for personal in ["alice", "Alice", "192.0.2.7", "curl"] {
        assert!(!text.contains(personal), "{text}");
    }
}

#[test]
fn commitment_covers_every_personal_field_and_the_salt() {
    let salt = Salt::from_bytes([9; 32]);
    let whole = salt.commitment(&event().personal).unwrap();
    let without = |change: fn(&mut PersonalFields)| {
        let mut personal = event().personal;
        change(&mut personal);
        salt.commitment(&personal).unwrap()
    };
    let others = [
        without(|p| p.login = None),
        without(|p| p.name = None),
        without(|p| p.address = None),
        without(|p| p.user_agent = None),
        Salt::from_bytes([8; 32])
            .commitment(&event().personal)
            .unwrap(),
    ];
    assert!(!others.contains(&whole));
}

#[test]
fn only_canonical_bytes_are_a_leaf() {
    let leaf = Leaf::new(0, &event(), &Salt::from_bytes([9; 32])).unwrap();
    let text = String::from_utf8(leaf.as_bytes().to_vec()).unwrap();
    let invalid = [
        text.replace(",\"at\"", ", \"at\""),
        text.replace("\"format\":1", "\"format\":2"),
        text.replace("\"sequence\":0", "\"sequence\":0,\"z\":1"),
        text.replace("\"sequence\":0", "\"sequence\":-1"),
        "{}".to_owned(),
        "[]".to_owned(),
        String::new(),
    ];
    for text in invalid {
        assert_eq!(
            Leaf::parse(text.as_bytes()),
            Err(LeafError::Format),
            "{text}"
        );
    }
}

#[test]
fn number_that_can_be_rounded_makes_no_leaf() {
    let invalid = AuditEvent {
        policy_version: u64::MAX,
        ..event()
    };
    let salt = Salt::from_bytes([0; 32]);
    assert_eq!(Leaf::new(0, &invalid, &salt), Err(LeafError::Number));
    assert_eq!(Leaf::new(1 << 53, &event(), &salt), Err(LeafError::Number));
}

#[test]
fn salt_is_hidden_in_debug_output() {
    assert_eq!(format!("{:?}", Salt::from_bytes([9; 32])), "Salt(..)");
}
