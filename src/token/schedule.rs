//! When a signing key is made, signs, and is deleted: a pure function of the keys and the time.
//!
//! A key is published before it signs and stays published after its last signature. Must never delete a key while a token that
//! it signed is valid.

use crate::model::{KeyId, MAX_CLOCK_CORRECTION, SigningAlgorithm, SigningKey, Timestamp};
use std::time::Duration;

/// From publication to the first signature. Longer than verifiers cache the published keys ([`KEY_CACHE_AGE`]), with a margin
/// for clocks that differ.
pub const PUBLICATION_LEAD: Duration = Duration::from_secs(60 * 60);

/// How long verifiers may cache the published keys.
pub const KEY_CACHE_AGE: Duration = Duration::from_secs(5 * 60);

/// From the last signature to the deletion: the longest lifetime of a token (10 min), with a margin for clocks that differ.
pub const RETIREMENT: Duration = Duration::from_secs(20 * 60);

/// The state of a key at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, but does not sign yet.
    Next,
    /// Signs.
    Current,
    /// Does not sign any more; its signatures are still verified.
    Retired,
}

/// What is to be done with the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotationStep {
    /// Make a key that signs from an instant on.
    Make(SigningAlgorithm, Timestamp),
    /// Delete a key: no token that it signed is valid any more.
    Delete(KeyId),
}

/// The key of this algorithm that signs now: the one that started to sign last. When the clock was set back before the start
/// of every key, the one that starts first; a key that was made before now is preferred, since verifiers know it.
pub fn current(
    keys: &[SigningKey],
    algorithm: SigningAlgorithm,
    now: Timestamp,
) -> Option<&SigningKey> {
    let own = keys.iter().filter(|key| key.algorithm == algorithm);
    let started = own.clone().filter(|key| key.signs_from <= now);
    started
        .max_by_key(|key| (key.signs_from, key.id))
        .or_else(|| own.min_by_key(|key| (key.made_at <= now, key.signs_from, key.id)))
}

/// The state of a key now.
pub fn state(keys: &[SigningKey], key: &SigningKey, now: Timestamp) -> KeyState {
    if current(keys, key.algorithm, now).is_some_and(|current| current.id == key.id) {
        KeyState::Current
    } else if now < key.signs_from {
        KeyState::Next
    } else {
        KeyState::Retired
    }
}

/// What is due now, when each key signs for `interval`. Every algorithm has a key, used or not.
pub fn due(keys: &[SigningKey], interval: Duration, now: Timestamp) -> Vec<RotationStep> {
    let mut steps: Vec<RotationStep> = SigningAlgorithm::ALL
        .into_iter()
        .filter_map(|algorithm| next(keys, algorithm, interval, now))
        .collect();
    let old = keys
        .iter()
        .filter(|key| replaced_at(keys, key, now).is_some_and(|at| at.plus(RETIREMENT) <= now));
    steps.extend(old.map(|key| RotationStep::Delete(key.id)));
    steps
}

/// Makes a key before its schedule; none when one is waiting already.
pub fn rotate(
    keys: &[SigningKey],
    algorithm: SigningAlgorithm,
    now: Timestamp,
) -> Option<RotationStep> {
    match newest(keys, algorithm, now) {
        Some(key) if key.signs_from > now => None,
        _ => {
            let signs_from = earliest_start(keys, algorithm, now);
            Some(RotationStep::Make(algorithm, signs_from))
        }
    }
}

fn next(
    keys: &[SigningKey],
    algorithm: SigningAlgorithm,
    interval: Duration,
    now: Timestamp,
) -> Option<RotationStep> {
    let Some(newest) = newest(keys, algorithm, now) else {
        let signs_from = earliest_start(keys, algorithm, now);
        return Some(RotationStep::Make(algorithm, signs_from));
    };
    let change = newest.signs_from.plus(interval);
    let earliest = now.plus(PUBLICATION_LEAD);
    let due = change <= earliest && newest.signs_from <= now;
    due.then(|| RotationStep::Make(algorithm, change.max(earliest)))
}

/// When a key that is made now may start to sign. The first key of an algorithm signs at once, since verifiers cannot have
/// cached another one.
fn earliest_start(keys: &[SigningKey], algorithm: SigningAlgorithm, now: Timestamp) -> Timestamp {
    if keys.iter().any(|key| key.algorithm == algorithm) {
        now.plus(PUBLICATION_LEAD)
    } else {
        now
    }
}

/// Was the key made before the clock was set back, so that it would start to sign too late?
fn starts_too_late(key: &SigningKey, now: Timestamp) -> bool {
    key.signs_from.since(now) > PUBLICATION_LEAD + MAX_CLOCK_CORRECTION
}

fn newest(keys: &[SigningKey], algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
    let own = keys.iter().filter(|key| key.algorithm == algorithm);
    let own = own.filter(|key| !starts_too_late(key, now));
    own.max_by_key(|key| (key.signs_from, key.id))
}

/// When the next key of its algorithm starts to sign. A key that would start too late is replaced by the first that does not.
fn replaced_at(keys: &[SigningKey], key: &SigningKey, now: Timestamp) -> Option<Timestamp> {
    let late = starts_too_late(key, now);
    let later = keys.iter().filter(|other| {
        let later = (other.signs_from, other.id) > (key.signs_from, key.id);
        other.algorithm == key.algorithm && !starts_too_late(other, now) && (late || later)
    });
    later.map(|other| other.signs_from).min()
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
