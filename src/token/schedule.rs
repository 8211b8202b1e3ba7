//! When a signing key is made, when it signs, and when it goes: a pure function of the keys and the clock.
//!
//! A key is published before it signs and stays after it has signed last, so that at no moment a valid token fails.

use crate::model::{KeyId, MAX_CLOCK_CORRECTION, SigningAlgorithm, SigningKey, Timestamp};
use std::time::Duration;

/// From publication to the first signature. Longer than anybody keeps the published keys ([`PUBLISHED_AGE`]), with
/// room for clocks that differ.
pub const AHEAD: Duration = Duration::from_secs(60 * 60);

/// How long others may keep the published keys.
pub const PUBLISHED_AGE: Duration = Duration::from_secs(5 * 60);

/// From the last signature to the end: the longest life of a token (10 min), with room for clocks that differ.
pub const BEHIND: Duration = Duration::from_secs(20 * 60);

/// What a key does at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and signs nothing yet.
    Next,
    /// Signs.
    Current,
    /// Signs no more; what it signed is still verified.
    Retired,
}

/// What is to be done with the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make a key that signs from an instant on.
    Make(SigningAlgorithm, Timestamp),
    /// Forget a key: nothing that it signed is valid any more.
    Drop(KeyId),
}

/// The key of this algorithm that signs now: the latest that has come, or, under a clock that was set back behind them
/// all, the first that will; of those rather one that was made before the clock was set back, which others know by now.
pub fn current(
    keys: &[SigningKey],
    algorithm: SigningAlgorithm,
    now: Timestamp,
) -> Option<&SigningKey> {
    let own = keys.iter().filter(|key| key.algorithm == algorithm);
    let come = own.clone().filter(|key| key.signs_from <= now);
    come.max_by_key(|key| (key.signs_from, key.id))
        .or_else(|| own.min_by_key(|key| (key.made_at <= now, key.signs_from, key.id)))
}

/// What a key does now.
pub fn state(keys: &[SigningKey], key: &SigningKey, now: Timestamp) -> KeyState {
    if current(keys, key.algorithm, now).is_some_and(|current| current.id == key.id) {
        KeyState::Current
    } else if now < key.signs_from {
        KeyState::Next
    } else {
        KeyState::Retired
    }
}

/// What is due now, when keys sign for `every`. Every algorithm has a key, whether anything is signed by it yet or not.
pub fn due(keys: &[SigningKey], every: Duration, now: Timestamp) -> Vec<Step> {
    let mut steps: Vec<Step> = SigningAlgorithm::ALL
        .into_iter()
        .filter_map(|algorithm| next(keys, algorithm, every, now))
        .collect();
    let over = keys
        .iter()
        .filter(|key| replaced_at(keys, key, now).is_some_and(|at| at.plus(BEHIND) <= now));
    steps.extend(over.map(|key| Step::Drop(key.id)));
    steps
}

/// A new key now, whatever the schedule says; none when one is on its way already.
pub fn rotate(keys: &[SigningKey], algorithm: SigningAlgorithm, now: Timestamp) -> Option<Step> {
    match newest(keys, algorithm, now) {
        Some(key) if key.signs_from > now => None,
        _ => Some(Step::Make(algorithm, first(keys, algorithm, now))),
    }
}

fn next(
    keys: &[SigningKey],
    algorithm: SigningAlgorithm,
    every: Duration,
    now: Timestamp,
) -> Option<Step> {
    let Some(newest) = newest(keys, algorithm, now) else {
        return Some(Step::Make(algorithm, first(keys, algorithm, now)));
    };
    let change = newest.signs_from.plus(every);
    let ahead = now.plus(AHEAD);
    (change <= ahead && newest.signs_from <= now).then(|| Step::Make(algorithm, change.max(ahead)))
}

/// From when on a key that is made now signs: the very first of an algorithm has nobody who could know another one.
fn first(keys: &[SigningKey], algorithm: SigningAlgorithm, now: Timestamp) -> Timestamp {
    if keys.iter().any(|key| key.algorithm == algorithm) {
        now.plus(AHEAD)
    } else {
        now
    }
}

/// Made under a clock that was set back since, so far that its turn would not come in time.
fn astray(key: &SigningKey, now: Timestamp) -> bool {
    key.signs_from.since(now) > AHEAD + MAX_CLOCK_CORRECTION
}

fn newest(keys: &[SigningKey], algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
    let own = keys.iter().filter(|key| key.algorithm == algorithm);
    let own = own.filter(|key| !astray(key, now));
    own.max_by_key(|key| (key.signs_from, key.id))
}

/// When the next key of its algorithm takes over; for one that went astray, the first that does not.
fn replaced_at(keys: &[SigningKey], key: &SigningKey, now: Timestamp) -> Option<Timestamp> {
    let lost = astray(key, now);
    let later = keys.iter().filter(|other| {
        let later = (other.signs_from, other.id) > (key.signs_from, key.id);
        other.algorithm == key.algorithm && !astray(other, now) && (lost || later)
    });
    later.map(|other| other.signs_from).min()
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
