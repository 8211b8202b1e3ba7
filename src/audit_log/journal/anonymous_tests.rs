//! Floods of anonymous callers: bounded events, and a count for everything else.

use super::*;
use std::net::IpAddr;

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const PER_MINUTE: u32 = 60;

fn counts() -> AnonymousCounts {
    AnonymousCounts::new(Duration::from_secs(60), PER_MINUTE)
}

fn block(number: u32) -> AddressBlock {
    AddressBlock::network_of(IpAddr::from((number << 8).to_be_bytes()))
}

fn key(block: u32, kind: AnonymousKind) -> AnonymousKey {
    let block = Some(self::block(block));
    AnonymousKey { block, kind }
}

fn denied(place: usize, code: &'static str) -> AnonymousKind {
    AnonymousKind {
        route: Some((1, place)),
        ..AnonymousKind::denial(Action::RequestDecide, code)
    }
}

fn event() -> AuditEvent {
    let route = Object::new(ObjectKind::Route, "GET /a/{b}");
    AuditEvent::new(NOW, Principal::Anonymous, Action::RequestDecide, route).denied()
}

/// Events written, counted in windows, and dropped.
fn flood(
    counts: &mut AnonymousCounts,
    keys: impl Iterator<Item = AnonymousKey>,
) -> (u64, u64, u64) {
    let written = keys.filter(|key| counts.first(*key, NOW, true, event).is_some());
    let written = written.count() as u64;
    let closed = counts.windows.close_all();
    let counted = closed.iter().map(|window| window.repeats).sum();
    (written, counted, counts.dropped.kinds.values().sum())
}

#[test]
fn a_million_requests_of_one_block_are_few_events() {
    let mut counts = counts();
    let keys = (0..1_000_000).map(|at| key(7, denied(at % 300, "credentials_missing")));
    let (written, counted, dropped) = flood(&mut counts, keys);
    assert_eq!(written, u64::from(PER_MINUTE / SHARE_OF_BLOCK));
    assert_eq!(written + counted + dropped, 1_000_000, "none is lost");
}

#[test]
fn a_flood_of_many_blocks_is_few_events() {
    let mut counts = counts();
    let keys = (0..300_000).map(|at| key(at, denied(1, "route_unknown")));
    let (written, counted, dropped) = flood(&mut counts, keys);
    assert_eq!(written, u64::from(PER_MINUTE));
    assert_eq!(written + counted + dropped, 300_000);
}

#[test]
fn one_block_or_class_leaves_its_limit_to_others() {
    let mut counts = counts();
    let mut first = |key: AnonymousKey| counts.first(key, NOW, true, event).is_some();
    let flooded = (0..1000).filter(|at| first(key(7, denied(*at, "route_unknown"))));
    assert_eq!(flooded.count(), 15);
    assert!(first(key(8, denied(1, "route_unknown"))));
    let sign_in = AnonymousKind::denial(Action::SessionCreate, "flow");
    assert!(first(key(7, sign_in)));
}

#[test]
fn what_was_dropped_is_stated_once_a_minute_and_not_lost() {
    let mut counts = counts();
    counts.dropped.add_one(denied(1, "route_unknown"), NOW);
    assert!(counts.dropped_by(NOW).since.is_none());
    let later = NOW.plus(Duration::from_secs(60));
    let dropped = counts.dropped_by(later);
    assert_eq!(dropped.since, Some(NOW));
    counts.dropped.add_one(denied(2, "route_unknown"), later);
    counts.dropped.add(dropped);
    assert_eq!(counts.dropped.since, Some(NOW), "from the first");
    assert_eq!(counts.dropped.kinds.values().sum::<u64>(), 2);
}

#[test]
fn without_space_everything_is_counted() {
    let mut counts = counts();
    let first = key(7, denied(1, "route_unknown"));
    assert!(counts.first(first, NOW, false, event).is_none());
    assert_eq!(counts.dropped.kinds.values().sum::<u64>(), 1);
}
