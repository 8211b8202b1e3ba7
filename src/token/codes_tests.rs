//! One code, many hands.

use super::*;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

#[derive(Default)]
struct Hands(AtomicI64, AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + self.0.load(Ordering::Relaxed))
    }
}

impl Random for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.1.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes
            .iter_mut()
            .zip(count.iter().cycle())
            .for_each(|(to, from)| *to = *from);
    }
}

fn codes() -> (Arc<Hands>, AuthorizationCodes) {
    let hands = Arc::new(Hands::default());
    let codes = AuthorizationCodes::new(Arc::clone(&hands) as _, Arc::clone(&hands) as _);
    (hands, codes)
}

fn coded() -> AuthorizationCode {
    coded_by(1)
}

fn coded_by(person: u8) -> AuthorizationCode {
    AuthorizationCode {
        user: UserId::from_bytes([person; 16]),
        client: ClientId::from_bytes([2; 16]),
        application: ApplicationId::from_bytes([3; 16]),
        redirect_uri: "https://app.example/".to_owned(),
        challenge: "c".to_owned(),
        scope: Scope::default(),
    }
}

#[test]
fn of_a_hundred_who_come_at_once_one_gets_it_and_what_it_got_ends() {
    let (_, codes) = codes();
    let code = codes.issue(coded());
    let won = AtomicU64::new(0);
    // A grant that is kept must be ended by everybody else; one that is not, by who got it.
    let (kept, told, early) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let counted = match codes.take(&code) {
                    Ok((_, taken)) => {
                        won.fetch_add(1, Ordering::Relaxed);
                        let good = codes.settle(&taken, GrantId::from_bytes([9; 16]));
                        return kept.fetch_add(u64::from(good), Ordering::Relaxed);
                    }
                    Err(CodeError::Replayed(Some(_))) => &told,
                    Err(_) => &early,
                };
                counted.fetch_add(1, Ordering::Relaxed)
            });
        }
    });
    assert_eq!(won.into_inner(), 1);
    let (kept, told, early) = (kept.into_inner(), told.into_inner(), early.into_inner());
    assert_eq!((told + early, kept == 1), (99, early == 0));
    let replayed = codes.take(&code).unwrap_err();
    assert_eq!(
        replayed,
        CodeError::Replayed(Some(GrantId::from_bytes([9; 16])))
    );
}

#[test]
fn a_code_is_over_after_a_minute_and_one_that_is_none_opens_nothing() {
    let (hands, codes) = codes();
    let code = codes.issue(coded());
    hands.0.store(61, Ordering::Relaxed);
    assert_eq!(codes.take(&code).err(), Some(CodeError::Unknown));
    assert_eq!(codes.take("nonsense").err(), Some(CodeError::Unknown));
    let code = codes.issue(coded());
    hands.0.store(120, Ordering::Relaxed);
    assert_eq!(codes.take(&code).unwrap().0, coded());
}

#[test]
fn whoever_comes_again_before_the_first_is_done_ends_it() {
    let (_, codes) = codes();
    let code = codes.issue(coded());
    let (_, taken) = codes.take(&code).unwrap();
    assert_eq!(codes.take(&code).err(), Some(CodeError::Replayed(None)));
    assert!(!codes.settle(&taken, GrantId::from_bytes([9; 16])));
}

#[test]
fn a_person_who_has_too_many_loses_their_own_first_and_nobody_elses() {
    let (_, codes) = codes();
    let other = codes.issue(coded_by(2));
    let first = codes.issue(coded());
    for _ in 0..3 * IN_ALL {
        codes.issue(coded());
    }
    let last = codes.issue(coded());
    assert_eq!(codes.lock().values().count(), OF_ONE + 1);
    assert_eq!(codes.take(&first).err(), Some(CodeError::Unknown));
    assert!(codes.take(&other).is_ok() && codes.take(&last).is_ok());
}

#[test]
fn a_flood_of_many_people_stays_bounded() {
    let (hands, codes) = codes();
    for count in 0..=u8::MAX {
        for _ in 0..OF_ONE {
            codes.issue(coded_by(count));
        }
    }
    assert_eq!(codes.lock().values().count(), IN_ALL);
    hands.0.store(16 * 60, Ordering::Relaxed);
    codes.issue(coded());
    assert_eq!(codes.lock().values().count(), 1);
}

#[test]
fn a_code_from_before_the_clock_was_set_back_is_too_old_and_a_correction_spoils_none() {
    let (hands, codes) = codes();
    let (one, other) = (codes.issue(coded()), codes.issue(coded()));
    hands.0.store(-30, Ordering::Relaxed);
    assert!(codes.take(&one).is_ok());
    hands.0.store(-61, Ordering::Relaxed);
    assert_eq!(codes.take(&other).err(), Some(CodeError::Unknown));
    let spent = codes.take(&one).unwrap_err();
    assert_eq!(spent, CodeError::Replayed(None), "a replay is still one");
}
