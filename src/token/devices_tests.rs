//! One device, many hands; and somebody who guesses for a day.

use super::*;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

#[derive(Default)]
struct Hands(AtomicI64, AtomicU64);

impl Hands {
    fn wait(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + self.0.load(Ordering::Relaxed))
    }
}

impl Random for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.1.fetch_add(1, Ordering::Relaxed);
        let count = (count + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .to_be_bytes();
        bytes
            .iter_mut()
            .zip(count.iter().cycle())
            .for_each(|(to, from)| *to = *from);
    }
}

const CLIENT: ClientId = ClientId::from_bytes([2; 16]);
const BEN: Guesser = person(1);

/// Somebody at an address of their own.
const fn person(number: u8) -> Guesser {
    Guesser {
        user: UserId::from_bytes([number; 16]),
        block: None,
    }
}

fn at(address: u8, number: u8) -> Guesser {
    Guesser {
        block: Some(AddressBlock::of([192, 0, 2, address].into())),
        ..person(number)
    }
}

fn devices() -> (Arc<Hands>, DeviceAuthorizations) {
    let hands = Arc::new(Hands::default());
    let devices = DeviceAuthorizations::new(Arc::clone(&hands) as _, Arc::clone(&hands) as _);
    (hands, devices)
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
fn of_sixty_four_that_come_at_once_one_gets_the_approval() {
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
fn of_sixty_four_answers_that_come_at_once_one_counts() {
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
fn what_was_declined_stays_declined() {
    let (hands, devices) = devices();
    let (code, user_code) = begin(&devices);
    devices.decide(BEN, &user_code.to_string(), None).unwrap();
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Declined));
    let again = devices.decide(BEN, &user_code.to_string(), Some(Scope::default()));
    assert_eq!(again, Err(UserCodeError::Unknown));
    hands.wait(700);
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Declined));
}

#[test]
fn after_ten_minutes_it_is_over_whatever_was_answered() {
    let (hands, devices) = devices();
    let (asked, late) = begin(&devices);
    let (approved, user_code) = begin(&devices);
    approve(&devices, user_code);
    hands.wait(601);
    assert_eq!(devices.take(&asked, CLIENT), Err(DeviceCodeError::Expired));
    assert_eq!(
        devices.take(&approved, CLIENT),
        Err(DeviceCodeError::Expired)
    );
    let found = devices.find(BEN, &late.to_string());
    assert_eq!(found, Err(UserCodeError::Unknown));
    hands.wait(601);
    begin(&devices);
    assert_eq!(devices.take(&asked, CLIENT), Err(DeviceCodeError::Unknown));
}

#[test]
fn whoever_asks_too_soon_waits_five_seconds_longer_for_good() {
    let (hands, devices) = devices();
    let (code, user_code) = begin(&devices);
    let asked = || devices.take(&code, CLIENT).unwrap_err();
    assert_eq!(asked(), DeviceCodeError::Pending);
    hands.wait(5);
    assert_eq!(asked(), DeviceCodeError::Pending);
    hands.wait(4);
    assert_eq!(asked(), DeviceCodeError::TooSoon);
    hands.wait(9);
    assert_eq!(asked(), DeviceCodeError::TooSoon, "ten seconds now");
    hands.wait(15);
    assert_eq!(asked(), DeviceCodeError::Pending);
    hands.wait(14);
    assert_eq!(asked(), DeviceCodeError::TooSoon, "for good");
    approve(&devices, user_code);
    assert!(devices.take(&code, CLIENT).is_ok());
}

#[test]
fn a_code_of_another_client_or_none_gives_nothing_and_spoils_nothing() {
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
fn a_code_is_read_as_people_type_it() {
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
fn one_person_may_be_wrong_five_times_and_nobody_else_pays_for_it() {
    let (hands, devices) = devices();
    let (_, code) = begin(&devices);
    for _ in 0..5 {
        let wrong = devices.find(BEN, "BBBBB-BBBBB");
        assert_eq!(wrong, Err(UserCodeError::Unknown));
    }
    let right = code.to_string();
    assert_eq!(devices.find(BEN, &right), Err(UserCodeError::TooMany));
    let decided = devices.decide(BEN, &right, Some(Scope::default()));
    assert_eq!(decided, Err(UserCodeError::TooMany));
    assert!(devices.find(person(7), &right).is_ok());
    hands.wait(121);
    assert!(devices.find(BEN, &right).is_ok());
}

#[test]
fn wrong_codes_of_some_people_block_no_other_person() {
    let (_, devices) = devices();
    for place in 0..1100 {
        devices.begin(device(), Some(network(place))).unwrap();
    }
    let (_, code) = devices.begin(device(), Some(network(2000))).unwrap();
    let wrong = |who| while devices.find(who, "BBBBB-BBBBB") == Err(UserCodeError::Unknown) {};
    for guesser in 10..40 {
        wrong(at(1, guesser));
    }
    let right = code.to_string();
    assert_eq!(devices.find(at(1, 1), &right), Err(UserCodeError::TooMany));
    assert!(devices.find(at(2, 1), &right).is_ok(), "at another address");
}

/// Forty people guess as often as they may, all day long.
#[test]
fn guessing_for_a_day_hits_with_less_than_one_chance_in_a_million() {
    for waiting in [1, 1000] {
        let (hands, devices) = devices();
        let (mut live, mut tries) = (0, 0_usize);
        for minute in (0..24 * 60).step_by(2) {
            if minute % 10 == 0 {
                hands.wait(1);
                live = waiting;
                (0..waiting).for_each(|n| drop(devices.begin(device(), Some(network(n % 50)))));
            }
            for guesser in 0..40 {
                let user = at(guesser, guesser);
                while devices.find(user, "BBBBB-BBBBB") == Err(UserCodeError::Unknown) {
                    tries += live;
                }
            }
            hands.wait(120);
        }
        #[expect(clippy::cast_precision_loss, reason = "a chance needs no last digit")]
        let chance = tries as f64 / UserCode::ALL as f64;
        assert!(chance < 1e-6, "{waiting} wait: {chance}");
        assert!(tries > 10_000, "{waiting} wait: honest people may be wrong");
    }
}

#[test]
fn a_clock_that_was_set_back_locks_nobody_out() {
    let (hands, devices) = devices();
    while devices.find(BEN, "BBBBB-BBBBB") == Err(UserCodeError::Unknown) {}
    hands.wait(-900_000);
    let (_, code) = begin(&devices);
    for user in [BEN, person(7)] {
        assert!(devices.find(user, &code.to_string()).is_ok());
    }
}

#[test]
fn a_flood_stays_bounded_and_drops_its_own_first() {
    let (_, devices) = devices();
    let (code, _) = devices.begin(device(), Some(network(0))).unwrap();
    for flood in 1..1500 {
        devices
            .begin(device(), Some(network(1 + flood % 30)))
            .unwrap();
    }
    {
        let table = devices.lock();
        let pending = table.pending.values().count();
        assert_eq!((pending, table.by_user_code.len()), (MOST, MOST));
    }
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
}

#[test]
fn a_code_from_before_the_clock_was_set_back_is_over_and_a_correction_spoils_none() {
    let (hands, devices) = devices();
    let (code, user_code) = begin(&devices);
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
    hands.wait(-30);
    assert!(devices.find(BEN, &user_code.to_string()).is_ok());
    hands.wait(-31);
    let found = devices.find(BEN, &user_code.to_string());
    assert_eq!(found, Err(UserCodeError::Unknown));
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Expired));
}

#[test]
fn a_device_that_asks_on_is_not_slowed_down_because_the_clock_was_set_back() {
    let (hands, devices) = devices();
    let (code, _) = begin(&devices);
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
    hands.wait(-40);
    assert_eq!(devices.take(&code, CLIENT), Err(DeviceCodeError::Pending));
}

#[test]
fn a_person_lets_in_twenty_devices_at_a_time_and_may_still_decline() {
    let (hands, devices) = devices();
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
    assert_eq!(decide(20, BEN, allowed()), Err(UserCodeError::Crowded));
    assert!(decide(20, BEN, None).is_ok());
    assert!(decide(21, person(7), allowed()).is_ok());
    assert!(devices.take(&begun[0].0, CLIENT).is_ok());
    let (_, next) = begin(&devices);
    approve(&devices, next);
    hands.wait(601);
    let (_, late) = begin(&devices);
    approve(&devices, late);
}
