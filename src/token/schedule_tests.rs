//! Properties of the schedule: a world that goes on for months, with odd clocks and hands that rotate when they like.

use super::*;
use crate::model::Sealed;
use proptest::prelude::*;

const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_LIFE: Duration = Duration::from_secs(600);

fn apply(keys: &mut Vec<SigningKey>, steps: Vec<Step>, counter: &mut u8, now: Timestamp) {
    for step in steps {
        match step {
            Step::Make(algorithm, signs_from) => {
                *counter += 1;
                keys.push(SigningKey {
                    id: KeyId::from_bytes([*counter; 16]),
                    algorithm,
                    private: Sealed::new(Vec::new()),
                    made_at: now,
                    signs_from,
                });
            }
            Step::Drop(id) => keys.retain(|key| key.id != id),
        }
    }
}

/// A token signed at an instant, and the keys as a verifier fetched them up to [`PUBLISHED_AGE`] before it looks.
struct Seen {
    at: Timestamp,
    keys: Vec<KeyId>,
}

proptest! {
    #[test]
    fn at_no_moment_a_valid_token_fails_anywhere(
        rounds in prop::collection::vec((1_u64..7_200, any::<bool>()), 50..200)
    ) {
        let (mut keys, mut counter) = (Vec::new(), 0);
        let mut now = Timestamp::from_seconds(1_000_000);
        let mut fetched: Vec<Seen> = Vec::new();
        let mut tokens: Vec<(Timestamp, KeyId)> = Vec::new();
        for (seconds, by_hand) in rounds {
            let steps = due(&keys, EVERY, now);
            apply(&mut keys, steps, &mut counter, now);
            if by_hand {
                let steps = rotate(&keys, SigningAlgorithm::EdDsa, now).into_iter().collect();
                apply(&mut keys, steps, &mut counter, now);
            }
            for algorithm in SigningAlgorithm::ALL {
                let signer = current(&keys, algorithm, now);
                prop_assert!(signer.is_some(), "nothing signs by {algorithm}");
                tokens.extend(signer.map(|key| (now, key.id)));
            }
            fetched.push(Seen { at: now, keys: keys.iter().map(|key| key.id).collect() });
            // Whoever holds a list that is young enough can verify whatever is valid now, whichever algorithm an
            // application changed to; the first keys are the one exception, of which nobody can have heard before.
            for (signed, key) in tokens.iter().filter(|(at, _)| now.since(*at) <= LONGEST_LIFE) {
                for list in fetched.iter().filter(|seen| now.since(seen.at) <= PUBLISHED_AGE) {
                    let first = fetched.first().is_some_and(|seen| seen.keys.contains(key));
                    let known = list.keys.contains(key) || (first && list.at < *signed);
                    prop_assert!(known, "a token of {signed} fails at {now}");
                }
            }
            now = now.plus(Duration::from_secs(seconds));
        }
        prop_assert!(keys.len() <= 8, "{} keys are kept", keys.len());
    }

    #[test]
    fn a_key_signs_only_after_it_was_published_long_enough(
        rounds in prop::collection::vec((1_u64..20_000, any::<bool>()), 1..60)
    ) {
        let (mut keys, mut counter) = (Vec::new(), 0);
        let mut now = Timestamp::from_seconds(1_000_000);
        for (seconds, by_hand) in rounds {
            let mut steps = due(&keys, EVERY, now);
            if by_hand && !keys.is_empty() {
                apply(&mut keys, steps, &mut counter, now);
                steps = rotate(&keys, SigningAlgorithm::Es256, now).into_iter().collect();
            }
            let first = keys.is_empty();
            for step in &steps {
                if let Step::Make(_, signs_from) = step {
                    prop_assert!(first || signs_from.since(now) >= AHEAD);
                }
            }
            apply(&mut keys, steps, &mut counter, now);
            now = now.plus(Duration::from_secs(seconds));
        }
    }
}

#[test]
fn rotating_twice_in_a_row_makes_one_key() {
    let (mut keys, mut counter) = (Vec::new(), 0);
    let now = Timestamp::from_seconds(1_000_000);
    let steps = due(&keys, EVERY, now);
    apply(&mut keys, steps, &mut counter, now);
    let step = rotate(&keys, SigningAlgorithm::EdDsa, now);
    assert_eq!(
        step,
        Some(Step::Make(SigningAlgorithm::EdDsa, now.plus(AHEAD)))
    );
    apply(&mut keys, step.into_iter().collect(), &mut counter, now);
    assert_eq!(rotate(&keys, SigningAlgorithm::EdDsa, now), None);
    let [first, .., next] = keys.as_slice() else {
        panic!("too few keys");
    };
    assert_eq!(state(&keys, first, now), KeyState::Current);
    assert_eq!(state(&keys, next, now), KeyState::Next);
    let later = now.plus(AHEAD);
    assert_eq!(state(&keys, first, later), KeyState::Retired);
    assert_eq!(state(&keys, next, later), KeyState::Current);
}

#[test]
fn under_a_clock_that_was_set_back_there_is_still_a_key_that_signs() {
    let (mut keys, mut counter) = (Vec::new(), 0);
    let now = Timestamp::from_seconds(1_000_000);
    let steps = due(&keys, EVERY, now);
    apply(&mut keys, steps, &mut counter, now);
    let step = rotate(&keys, SigningAlgorithm::EdDsa, now);
    apply(&mut keys, step.into_iter().collect(), &mut counter, now);
    let before = now.minus(AHEAD);
    let signer = current(&keys, SigningAlgorithm::EdDsa, before).unwrap();
    assert_eq!(signer.id, keys[0].id, "the one that everybody knows");
    assert_eq!(state(&keys, &keys[0], before), KeyState::Current);
    assert!(due(&keys, EVERY, before).is_empty());
}

#[test]
fn keys_of_a_clock_that_was_far_ahead_sign_until_another_is_known_and_stop_no_rotation() {
    let (mut keys, mut counter) = (Vec::new(), 0);
    let mut now = Timestamp::from_seconds(1_000_000);
    let ahead = now.plus(365 * EVERY);
    let steps = due(&keys, EVERY, ahead);
    apply(&mut keys, steps, &mut counter, ahead);
    let first = keys[0].id;
    for hours in 0..240_u32 {
        let steps = due(&keys, EVERY, now);
        apply(&mut keys, steps, &mut counter, now);
        let signer = current(&keys, SigningAlgorithm::EdDsa, now).unwrap().id;
        assert_eq!(signer == first, hours == 0, "after {hours} hours");
        assert_eq!(
            keys.iter().any(|key| key.id == first),
            hours < 2,
            "what it signed is valid for a while"
        );
        for algorithm in SigningAlgorithm::ALL {
            let own = keys.iter().filter(|key| key.algorithm == algorithm).count();
            assert!((1..=3).contains(&own), "{own} keys after {hours} hours");
        }
        now = now.plus(AHEAD);
    }
    assert!(counter > 27, "{counter} keys in ten days");
}
