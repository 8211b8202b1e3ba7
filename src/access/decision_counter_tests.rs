//! Which decisions are written, and that none is lost.

use super::*;
use crate::access::Denial;
use crate::access::credentials::AuthenticatedPrincipal;
use crate::audit::ObjectKind;
use crate::model::{DisplayText, UserId};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const PERSON: Principal = Principal::User(UserId::from_bytes([1; 16]));
const MODES: [AuditMode; 3] = [
    AuditMode::Every,
    AuditMode::FirstInWindow,
    AuditMode::Denials,
];

fn decided(safe: bool, denial: Option<Denial>, mode: AuditMode) -> DecisionRecord {
    about("deployments:read", safe, denial, mode)
}

fn about(what: &str, safe: bool, denial: Option<Denial>, mode: AuditMode) -> DecisionRecord {
    DecisionRecord {
        known: Some(AuthenticatedPrincipal::unlimited(PERSON, None)),
        application: None,
        about: DecisionObject::Named(ObjectKind::Permission, DisplayText::lossy(what)),
        asked_by: None,
        denial,
        decision: None,
        safe,
        mode,
        policy_version: 1,
        directory_version: 1,
    }
}

fn tally() -> DecisionCounter {
    DecisionCounter::new(Duration::from_secs(60))
}

#[test]
fn allowed_unsafe_requests_are_each_written_in_every_mode() {
    for mode in MODES {
        let (tally, change) = (tally(), decided(false, None, mode));
        assert!((0..3).all(|_| tally.owed(&change, NOW)), "{mode:?}");
    }
}

#[test]
fn allowed_safe_requests_are_written_as_the_mode_says() {
    let owed = |mode| {
        let (tally, read) = (tally(), decided(true, None, mode));
        [(); 3].map(|()| tally.owed(&read, NOW))
    };
    assert_eq!(owed(AuditMode::Every), [true; 3]);
    assert_eq!(owed(AuditMode::FirstInWindow), [true, false, false]);
}

#[test]
fn the_first_denial_is_written_in_every_mode() {
    for mode in MODES {
        let (tally, refused) = (tally(), decided(false, Some(Denial::RouteUnknown), mode));
        assert!(tally.owed(&refused, NOW), "{mode:?}");
        let again = tally.owed(&refused, NOW);
        assert_eq!(again, mode == AuditMode::Every, "{mode:?}");
    }
}

#[test]
fn fresh_values_of_one_principal_are_bounded_and_counted() {
    let tally = tally();
    let many = 3 * u64::from(OF_PRINCIPAL);
    let owed = (0..many).filter(|number| {
        let read = about(&format!("x:{number}"), true, None, AuditMode::FirstInWindow);
        tally.owed(&read, NOW)
    });
    let owed = owed.count() as u64;
    assert_eq!(owed, u64::from(OF_PRINCIPAL) + 1, "one stands for the rest");
    let counted: u64 = tally.close_all().iter().map(|closed| closed.repeats).sum();
    assert_eq!(owed + counted, many);
}

#[test]
fn what_cannot_be_written_is_counted_with_its_label() {
    let (tally, read) = (tally(), decided(true, None, AuditMode::Every));
    let later = NOW.plus(Duration::from_secs(3600));
    assert!(tally.count(&read, NOW) && tally.count(&read, later));
    let closed = tally.close(later);
    assert_eq!(closed[0].label.id.as_str(), "deployments:read");
    assert_eq!(closed[0].repeats, 2);
    tally.restore(closed);
    assert_eq!(tally.close_all().len(), 1);
}
