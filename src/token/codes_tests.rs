//! Authorization codes: concurrent uses, replays, times.

use super::*;
use crate::model::testing::TestClock;
use std::sync::atomic::{AtomicU64, Ordering};

const GRANT: GrantId = GrantId::from_bytes([9; 16]);
const ALICE: UserId = UserId::from_bytes([1; 16]);
const BOB: UserId = UserId::from_bytes([2; 16]);

fn codes() -> (Arc<TestClock>, AuthorizationCodes) {
    let clock = TestClock::new();
    let codes = AuthorizationCodes::new(clock.capabilities());
    (clock, codes)
}

fn code_of(user: UserId) -> AuthorizationCode {
    AuthorizationCode {
        user,
        client: ClientId::from_bytes([2; 16]),
        application: ApplicationId::from_bytes([3; 16]),
        redirect_uri: "https://app.example/".to_owned(),
        challenge: "c".to_owned(),
        scope: Scope::default(),
    }
}

#[test]
fn one_of_100_concurrent_uses_succeeds_and_its_grant_ends() {
    let (_, codes) = codes();
    let code = codes.issue(code_of(ALICE));
    // A replay that comes before the grant is settled makes `settle` fail; a later one learns the grant.
    let (taken, settled) = (AtomicU64::new(0), AtomicU64::new(0));
    let (early, late) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let counter = match codes.take(&code) {
                    Ok((_, receipt)) => {
                        taken.fetch_add(1, Ordering::Relaxed);
                        let valid = codes.settle(&receipt, GRANT);
                        return settled.fetch_add(u64::from(valid), Ordering::Relaxed);
                    }
                    Err(CodeError::Replayed(Some(_))) => &late,
                    Err(_) => &early,
                };
                counter.fetch_add(1, Ordering::Relaxed)
            });
        }
    });
    let (early, late) = (early.into_inner(), late.into_inner());
    assert_eq!((taken.into_inner(), early + late), (1, 99));
    assert_eq!(settled.into_inner() == 1, early == 0);
    let replay = codes.take(&code).unwrap_err();
    assert_eq!(replay, CodeError::Replayed(Some(GRANT)));
}

#[test]
fn a_code_expires_after_a_minute() {
    let (clock, codes) = codes();
    let code = codes.issue(code_of(ALICE));
    clock.advance(Duration::from_secs(61));
    assert_eq!(codes.take(&code).err(), Some(CodeError::Unknown));
    assert_eq!(codes.take("nonsense").err(), Some(CodeError::Unknown));
    let code = codes.issue(code_of(ALICE));
    clock.advance(Duration::from_secs(59));
    assert_eq!(codes.take(&code).unwrap().0, code_of(ALICE));
}

#[test]
fn a_replay_before_the_grant_is_settled_ends_the_grant() {
    let (_, codes) = codes();
    let code = codes.issue(code_of(ALICE));
    let (_, receipt) = codes.take(&code).unwrap();
    assert_eq!(codes.take(&code).err(), Some(CodeError::Replayed(None)));
    assert!(!codes.settle(&receipt, GRANT));
}

#[test]
fn too_many_codes_of_one_person_drop_no_code_of_another() {
    let (_, codes) = codes();
    let other = codes.issue(code_of(BOB));
    let first = codes.issue(code_of(ALICE));
    for _ in 0..3 * LIMITS.total {
        codes.issue(code_of(ALICE));
    }
    let last = codes.issue(code_of(ALICE));
    assert_eq!(codes.take(&first).err(), Some(CodeError::Unknown));
    assert!(codes.take(&other).is_ok() && codes.take(&last).is_ok());
}

#[test]
fn a_clock_set_back_ends_codes_but_hides_no_replay() {
    let (clock, codes) = codes();
    let (first, second) = (codes.issue(code_of(ALICE)), codes.issue(code_of(ALICE)));
    clock.set_back(Duration::from_secs(30));
    assert!(codes.take(&first).is_ok(), "a correction");
    clock.set_back(Duration::from_secs(31));
    assert_eq!(codes.take(&second).err(), Some(CodeError::Unknown));
    let replay = codes.take(&first).unwrap_err();
    assert_eq!(replay, CodeError::Replayed(None));
}
