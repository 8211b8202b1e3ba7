//! A browser with its cookies, others without them, and a flood.

use super::*;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

#[derive(Default)]
struct World(AtomicI64, AtomicU64);

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + self.0.load(Ordering::Relaxed))
    }
}

impl Random for World {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.1.fetch_add(1, Ordering::Relaxed) + 1;
        let word = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(word.iter().cycle()) {
            *to = *from;
        }
    }
}

impl World {
    fn wait(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

fn flows() -> (Arc<World>, Flows) {
    let world = Arc::new(World::default());
    let flows = Flows::new(
        Arc::clone(&world) as _,
        Arc::clone(&world) as _,
        Cookies::new(true),
    );
    (world, flows)
}

/// Begins and keeps the cookie as a browser does.
fn begin(flows: &Flows, jar: &mut FlowCookies, return_to: &str) -> String {
    let provider = "gitea".parse().unwrap();
    let begun = flows.begin(jar, provider, return_to.to_owned(), 7).unwrap();
    let (name, rest) = begun.cookie.split_once('=').unwrap();
    let slot = (0..FLOW_COOKIES).find(|slot| flows.cookies.name(Cookie::Flow(*slot)) == name);
    let (value, attributes) = rest.split_once(';').unwrap();
    assert!(attributes.contains("HttpOnly; SameSite=Lax; Secure; Max-Age=600"));
    jar[slot.unwrap()] = Some(value.to_owned());
    begun.state
}

fn take(flows: &Flows, jar: &FlowCookies, state: &str) -> Option<String> {
    let taken = flows.take(state, jar, None);
    taken.ok().map(|(flow, _)| flow.return_to)
}

#[test]
fn a_flow_counts_once_and_in_its_browser_alone() {
    let (_, flows) = flows();
    let (mut mine, mut theirs) = (FlowCookies::default(), FlowCookies::default());
    let state = begin(&flows, &mut mine, "/mine");
    let other = begin(&flows, &mut theirs, "/theirs");
    assert_eq!(take(&flows, &theirs, &state), None);
    assert_eq!(take(&flows, &FlowCookies::default(), &state), None);
    assert_eq!(take(&flows, &mine, &state).as_deref(), Some("/mine"));
    assert_eq!(take(&flows, &mine, &state), None, "used");
    assert_eq!(take(&flows, &theirs, &other).as_deref(), Some("/theirs"));
}

#[test]
fn a_changed_or_foreign_cookie_opens_nothing() {
    let ((world, flows), mut jar) = (flows(), FlowCookies::default());
    let state = begin(&flows, &mut jar, "/");
    let whole = jar.clone();
    for value in jar.iter_mut().flatten() {
        let place = value.len() / 2..value.len() / 2 + 1;
        let other = if &value[place.clone()] == "A" {
            "B"
        } else {
            "A"
        };
        value.replace_range(place, other);
    }
    assert_eq!(take(&flows, &jar, &state), None);
    let restarted = Arc::clone(&world);
    let other_key = Flows::new(
        Arc::clone(&restarted) as _,
        restarted as _,
        Cookies::new(true),
    );
    assert_eq!(take(&other_key, &whole, &state), None);
    for bad in ["", "9", "x", "1", "ä", &state[1..], &format!("{state}A")] {
        assert_eq!(take(&flows, &whole, bad), None, "{bad}");
    }
    assert!(take(&flows, &whole, &state).is_some());
}

#[test]
fn after_ten_minutes_or_a_clock_set_back_a_flow_is_over() {
    let ((world, flows), mut jar) = (flows(), FlowCookies::default());
    let late = begin(&flows, &mut jar, "/late");
    world.wait(601);
    assert_eq!(take(&flows, &jar, &late), None);
    let early = begin(&flows, &mut jar, "/early");
    world.wait(-60);
    assert!(take(&flows, &jar, &early).is_some(), "a correction");
    let early = begin(&flows, &mut jar, "/early");
    world.wait(-61);
    assert_eq!(take(&flows, &jar, &early), None);
}

#[test]
fn five_flows_live_side_by_side_and_the_sixth_drops_the_first() {
    let long = format!("/{}", "x".repeat(2000));
    for first in ["/0", &long] {
        let ((world, flows), mut jar) = (flows(), FlowCookies::default());
        let addresses = [first, "/1", "/2", "/3", "/4"];
        let states = addresses.map(|address| {
            world.wait(1);
            (begin(&flows, &mut jar, address), address)
        });
        let mut fresh = jar.clone();
        for (state, address) in &states {
            assert_eq!(take(&flows, &jar, state).as_deref(), Some(*address));
        }
        world.wait(1);
        let sixth = begin(&flows, &mut fresh, "/5");
        assert_eq!(take(&flows, &fresh, &sixth).as_deref(), Some("/5"));
        let dropped = states.iter().filter(|(state, _)| state[..1] == sixth[..1]);
        let dropped: Vec<_> = dropped.map(|(_, address)| *address).collect();
        assert_eq!(dropped, [first]);
    }
}

#[test]
fn all_flow_cookies_together_fit_into_one_header_line() {
    let ((_, flows), mut jar) = (flows(), FlowCookies::default());
    let longest = |limit: usize| (limit * 3 / 4).saturating_sub(250);
    begin(&flows, &mut jar, &"x".repeat(longest(MAX_LONG_CHARS)));
    for _ in 1..FLOW_COOKIES {
        begin(&flows, &mut jar, &"x".repeat(longest(MAX_SHORT_CHARS)));
    }
    let name = flows.cookies.name(Cookie::Flow(0)).len();
    let line: usize = jar
        .iter()
        .flatten()
        .map(|value| name + value.len() + 3)
        .sum();
    assert!((6000..7500).contains(&line), "{line}");
    let provider = "gitea".parse().unwrap();
    assert!(flows.begin(&jar, provider, "x".repeat(2700), 0).is_err());
}

#[test]
fn ten_thousand_flows_of_one_address_evict_no_other() {
    let ((_, flows), mut jar) = (flows(), FlowCookies::default());
    let state = begin(&flows, &mut jar, "/wanted");
    let used = begin(&flows, &mut jar, "/used");
    let used_jar = jar.clone();
    assert_eq!(take(&flows, &jar, &used).as_deref(), Some("/used"));
    let attacker = Some(AddressBlock::of([192, 0, 2, 1].into()));
    for _ in 0..10_080 {
        let mut theirs = FlowCookies::default();
        let state = begin(&flows, &mut theirs, "/");
        flows.take(&state, &theirs, attacker).unwrap();
    }
    assert_eq!(take(&flows, &used_jar, &used), None);
    assert_eq!(take(&flows, &jar, &state).as_deref(), Some("/wanted"));
}

#[test]
fn of_64_callbacks_at_once_one_goes_on() {
    let ((_, flows), mut jar) = (flows(), FlowCookies::default());
    let state = begin(&flows, &mut jar, "/");
    let barrier = std::sync::Barrier::new(64);
    let try_it = || {
        barrier.wait();
        take(&flows, &jar, &state).is_some()
    };
    let won = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64).map(|_| scope.spawn(try_it)).collect();
        let won = threads.into_iter().map(|thread| thread.join().unwrap());
        won.filter(|won| *won).count()
    });
    assert_eq!(won, 1);
}
