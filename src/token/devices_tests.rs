//! Device authorizations: concurrent polls and answers, guesses for a day, times.

use super::*;
use crate::model::testing::TestClock;
use std::sync::atomic::{AtomicU64, Ordering};

const CLIENT: ClientId = ClientId::from_bytes([2; 16]);
const WRONG_CODE: &str = "BBBBB-BBBBB";
const BEN: Approver = person(1);

/// A person at an unknown address.
const fn person(number: u8) -> Approver {
    Approver {
        user: UserId::from_bytes([number; 16]),
        block: None,
    }
}

fn person_at(address: u8, number: u8) -> Approver {
    Approver {
        block: Some(AddressBlock::of([192, 0, 2, address].into())),
        ..person(number)
    }
}

fn devices() -> (Arc<TestClock>, DeviceAuthorizations) {
    let clock = TestClock::new();
    let devices = DeviceAuthorizations::new(clock.capabilities());
    (clock, devices)
}

fn device() -> Device {
    Device {
        client: CLIENT,
        application: None,
        scope: None,
        address: None,
        user_agent: None,
    }
}

fn network(number: usize) -> AddressBlock {
    let [_, _, a, b] = u32::try_from(number).unwrap().to_be_bytes();
    AddressBlock::network_of(IpAddr::from([10, a, b, 0]))
}

fn begin(devices: &DeviceAuthorizations) -> (String, UserCode) {
    devices.begin(device(), Some(network(1))).unwrap()
}

fn approve(devices: &DeviceAuthorizations, code: UserCode) {
    let scope = Some(Scope::default());
    devices.decide(BEN, &code.to_string(), scope).unwrap();
}

#[test]
fn one_of_64_concurrent_polls_takes_the_approval() {
    let (_, devices) = devices();
    let (code, user_code) = begin(&devices);
    approve(&devices, user_code);
    let won = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| match devices.take(&code, CLIENT) {
                Ok((_, approval)) => {
                    assert_eq!(approval.user, BEN.user);
                    won.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => assert_eq!(error, DeviceCodeError::Unknown),
            });
        }
    });
    assert_eq!(won.into_inner(), 1);
}

#[test]
fn one_of_64_concurrent_answers_counts() {
    let (_, devices) = devices();
    let (_, user_code) = begin(&devices);
    let answered = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for place in 0..64 {
            let (devices, answered) = (&devices, &answered);
            scope.spawn(move || {
                let user = person(place);
                let allowed = (place % 2 == 0).then(Scope::default);
                let decided = devices.decide(user, &user_code.to_string(), allowed);
                answered.fetch_add(u64::from(decided.is_ok()), Ordering::Relaxed);
            });
        }
    });
    assert_eq!(answered.into_inner(), 1);
}

#[test]
fn a_declined_device_stays_declined() {
    let (clock, devices) = devices();
    let (code, user_code) = begin(&devices);
    devices.decide(BEN, &user_code.to_string(), None).unwrap();
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Declined));
    let again = devices.decide(BEN, &user_code.to_string(), Some(Scope::default()));
    assert_eq!(again, Err(UserCodeError::Unknown));
    clock.advance(Duration::from_secs(700));
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Declined));
}

#[test]
fn a_device_code_expires_after_ten_minutes() {
    let (clock, devices) = devices();
    let (asked, late) = begin(&devices);
    let (approved, user_code) = begin(&devices);
    approve(&devices, user_code);
    clock.advance(Duration::from_secs(601));
    assert_eq!(devices.take(&asked, CLIENT), Err(DeviceCodeError::Expired));
    assert_eq!(
        devices.take(&approved, CLIENT),
        Err(DeviceCodeError::Expired)
    );
    let found = devices.find(BEN, &late.to_string());
    assert_eq!(found, Err(UserCodeError::Unknown));
    clock.advance(Duration::from_secs(601));
    begin(&devices);
    assert_eq!(devices.take(&asked, CLIENT), Err(DeviceCodeError::Unknown));
}

#[test]
fn each_early_poll_adds_five_seconds_to_the_interval() {
    let (clock, devices) = devices();
    let (code, user_code) = begin(&devices);
    let asked = || devices.take(&code, CLIENT).unwrap_err();
    assert_eq!(asked(), DeviceCodeError::Pending);
    clock.advance(Duration::from_secs(5));
    assert_eq!(asked(), DeviceCodeError::Pending);
    clock.advance(Duration::from_secs(4));
    assert_eq!(asked(), DeviceCodeError::TooSoon);
    clock.advance(Duration::from_secs(9));
    assert_eq!(asked(), DeviceCodeError::TooSoon, "ten seconds now");
    clock.advance(Duration::from_secs(15));
    assert_eq!(asked(), DeviceCodeError::Pending);
    clock.advance(Duration::from_secs(14));
    assert_eq!(asked(), DeviceCodeError::TooSoon, "for good");
    approve(&devices, user_code);
    assert!(devices.take(&code, CLIENT).is_ok());
}

#[test]
fn a_wrong_code_or_client_takes_nothing() {
    let (_, devices) = devices();
    let (code, user_code) = begin(&devices);
    approve(&devices, user_code);
    let other = ClientId::from_bytes([3; 16]);
    assert_eq!(devices.take(&code, other), Err(DeviceCodeError::Unknown));
    assert_eq!(
        devices.take("nonsense", CLIENT),
        Err(DeviceCodeError::Unknown)
    );
    let user_code = user_code.to_string();
    assert_eq!(
        devices.take(&user_code, CLIENT),
        Err(DeviceCodeError::Unknown)
    );
    assert!(devices.take(&code, CLIENT).is_ok());
}

#[test]
fn a_user_code_is_parsed_as_people_type_it() {
    let (_, devices) = devices();
    let (_, code) = begin(&devices);
    let shown = code.to_string();
    assert_eq!((shown.len(), shown.find('-')), (11, Some(5)));
    for typed in [
        shown.clone(),
        shown.to_lowercase(),
        shown.replace('-', ""),
        shown.replace('-', " "),
        format!("  {} ", shown.replace('-', "\u{2013}")),
    ] {
        assert_eq!(devices.find(BEN, &typed), Ok((code, device())), "{typed}");
    }
    for bad in [
        "",
        "BCDF",
        "BCDFG-HJKLA",
        "BCDFG-HJKLMN",
        "BCDF-GHJK",
        "ＢCDFG-HJKLM",
        "bcdfg/hjklm",
    ] {
        assert!(bad.parse::<UserCode>().is_err(), "{bad}");
    }
}

#[test]
fn five_wrong_codes_block_their_sender_alone() {
    let (clock, devices) = devices();
    let (_, code) = begin(&devices);
    for _ in 0..5 {
        let wrong = devices.find(BEN, WRONG_CODE);
        assert_eq!(wrong, Err(UserCodeError::Unknown));
    }
    let right = code.to_string();
    assert_eq!(
        devices.find(BEN, &right),
        Err(UserCodeError::TooManyGuesses)
    );
    let decided = devices.decide(BEN, &right, Some(Scope::default()));
    assert_eq!(decided, Err(UserCodeError::TooManyGuesses));
    assert!(devices.find(person(7), &right).is_ok());
    clock.advance(Duration::from_secs(121));
    assert!(devices.find(BEN, &right).is_ok());
}

#[test]
fn wrong_codes_from_one_address_block_no_other_address() {
    let (_, devices) = devices();
    for place in 0..1100 {
        devices.begin(device(), Some(network(place))).unwrap();
    }
    let (_, code) = devices.begin(device(), Some(network(2000))).unwrap();
    let wrong = |who| while devices.find(who, WRONG_CODE) == Err(UserCodeError::Unknown) {};
    for guesser in 10..40 {
        wrong(person_at(1, guesser));
    }
    let right = code.to_string();
    assert_eq!(
        devices.find(person_at(1, 1), &right),
        Err(UserCodeError::TooManyGuesses)
    );
    assert!(
        devices.find(person_at(2, 1), &right).is_ok(),
        "at another address"
    );
}

/// Forty people guess as often as they may, all day long.
#[test]
fn a_day_of_guesses_succeeds_less_than_once_in_a_million() {
    for waiting in [1, 1000] {
        let (clock, devices) = devices();
        let (mut live, mut tries) = (0, 0_usize);
        for minute in (0..24 * 60).step_by(2) {
            if minute % 10 == 0 {
                clock.advance(Duration::from_secs(1));
                live = waiting;
                (0..waiting).for_each(|n| drop(devices.begin(device(), Some(network(n % 50)))));
            }
            for guesser in 0..40 {
                let user = person_at(guesser, guesser);
                while devices.find(user, WRONG_CODE) == Err(UserCodeError::Unknown) {
                    tries += live;
                }
            }
            clock.advance(Duration::from_secs(120));
        }
        #[expect(clippy::cast_precision_loss, reason = "a chance needs no last digit")]
        let chance = tries as f64 / UserCode::ALL as f64;
        assert!(chance < 1e-6, "{waiting} wait: {chance}");
        assert!(tries > 10_000, "{waiting} wait: honest people may be wrong");
    }
}

#[test]
fn a_clock_set_back_blocks_no_person() {
    let (clock, devices) = devices();
    while devices.find(BEN, WRONG_CODE) == Err(UserCodeError::Unknown) {}
    clock.set_back(Duration::from_secs(900_000));
    let (_, code) = begin(&devices);
    for user in [BEN, person(7)] {
        assert!(devices.find(user, &code.to_string()).is_ok());
    }
}

#[test]
fn a_flood_of_some_networks_drops_no_device_of_another() {
    let (_, devices) = devices();
    let (code, _) = devices.begin(device(), Some(network(0))).unwrap();
    for flood in 1..1500 {
        devices
            .begin(device(), Some(network(1 + flood % 30)))
            .unwrap();
    }
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
}

#[test]
fn a_clock_set_back_ends_codes_and_a_correction_does_not() {
    let (clock, devices) = devices();
    let (code, user_code) = begin(&devices);
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
    clock.set_back(Duration::from_secs(30));
    assert!(devices.find(BEN, &user_code.to_string()).is_ok());
    clock.set_back(Duration::from_secs(31));
    let found = devices.find(BEN, &user_code.to_string());
    assert_eq!(found, Err(UserCodeError::Unknown));
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Expired));
}

#[test]
fn a_clock_set_back_slows_no_device_down() {
    let (clock, devices) = devices();
    let (code, _) = begin(&devices);
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
    clock.set_back(Duration::from_secs(40));
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
}

#[test]
fn a_person_may_approve_twenty_devices_at_a_time() {
    let (clock, devices) = devices();
    let begun: Vec<_> = (0..22)
        .map(|place| devices.begin(device(), Some(network(place))).unwrap())
        .collect();
    let decide = |place: usize, user, allowed| {
        let (_, user_code): &(String, UserCode) = &begun[place];
        devices.decide(user, &user_code.to_string(), allowed)
    };
    let allowed = || Some(Scope::default());
    for place in 0..20 {
        decide(place, BEN, allowed()).unwrap();
    }
    assert_eq!(
        decide(20, BEN, allowed()),
        Err(UserCodeError::TooManyApprovals)
    );
    assert!(decide(20, BEN, None).is_ok());
    assert!(decide(21, person(7), allowed()).is_ok());
    assert!(devices.take(&begun[0].0, CLIENT).is_ok());
    let (_, next) = begin(&devices);
    approve(&devices, next);
    clock.advance(Duration::from_secs(601));
    let (_, late) = begin(&devices);
    approve(&devices, late);
}
