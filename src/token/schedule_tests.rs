//! Properties of the schedule over months, with manual rotations and clocks that are set back.

use super::*;
use crate::model::Sealed;
use proptest::prelude::*;

const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_LIFETIME: Duration = Duration::from_secs(600);

fn apply(keys: &mut Vec<SigningKey>, steps: Vec<RotationStep>, counter: &mut u8, now: Timestamp) {
    for step in steps {
        match step {
            RotationStep::Make(algorithm, signs_from) => {
                *counter += 1;
                keys.push(SigningKey {
                    id: KeyId::from_bytes([*counter; 16]),
                    algorithm,
                    private: Sealed::new(Vec::new()),
                    made_at: now,
                    signs_from,
                });
            }
            RotationStep::Delete(id) => keys.retain(|key| key.id != id),
        }
    }
}

/// The keys that a verifier fetched at an instant.
struct FetchedKeys {
    at: Timestamp,
    keys: Vec<KeyId>,
}

proptest! {
    #[test]
    fn cached_keys_verify_every_valid_token(
        rounds in prop::collection::vec((1_u64..7_200, any::<bool>()), 50..200)
    ) {
        let (mut keys, mut counter) = (Vec::new(), 0);
        let mut now = Timestamp::from_seconds(1_000_000);
        let mut fetched: Vec<FetchedKeys> = Vec::new();
        let mut tokens: Vec<(Timestamp, KeyId)> = Vec::new();
        for (seconds, manual) in rounds {
            let steps = due(&keys, INTERVAL, now);
            apply(&mut keys, steps, &mut counter, now);
            if manual {
                let steps = rotate(&keys, SigningAlgorithm::EdDsa, now).into_iter().collect();
                apply(&mut keys, steps, &mut counter, now);
            }
            for algorithm in SigningAlgorithm::ALL {
                let signer = current(&keys, algorithm, now);
                prop_assert!(signer.is_some(), "no key signs with {algorithm}");
                tokens.extend(signer.map(|key| (now, key.id)));
            }
            fetched.push(FetchedKeys { at: now, keys: keys.iter().map(|key| key.id).collect() });
            // A verifier with a cached list can verify every valid token, whichever algorithm an application changed to. The
            // first keys are the exception: no verifier can have cached them before.
            for (signed, key) in tokens.iter().filter(|(at, _)| now.since(*at) <= MAX_LIFETIME) {
                for list in fetched.iter().filter(|list| now.since(list.at) <= KEY_CACHE_AGE) {
                    let first = fetched.first().is_some_and(|list| list.keys.contains(key));
                    let verified = list.keys.contains(key) || (first && list.at < *signed);
                    prop_assert!(verified, "a token of {signed} fails at {now}");
                }
            }
            now = now.plus(Duration::from_secs(seconds));
        }
        prop_assert!(keys.len() <= 8, "{} keys are kept", keys.len());
    }

    #[test]
    fn a_key_is_published_an_hour_before_it_signs(
        rounds in prop::collection::vec((1_u64..20_000, any::<bool>()), 1..60)
    ) {
        let (mut keys, mut counter) = (Vec::new(), 0);
        let mut now = Timestamp::from_seconds(1_000_000);
        for (seconds, manual) in rounds {
            let mut steps = due(&keys, INTERVAL, now);
            if manual && !keys.is_empty() {
                apply(&mut keys, steps, &mut counter, now);
                steps = rotate(&keys, SigningAlgorithm::Es256, now).into_iter().collect();
            }
            let first = keys.is_empty();
            for step in &steps {
                if let RotationStep::Make(_, signs_from) = step {
                    prop_assert!(first || signs_from.since(now) >= PUBLICATION_LEAD);
                }
            }
            apply(&mut keys, steps, &mut counter, now);
            now = now.plus(Duration::from_secs(seconds));
        }
    }
}

#[test]
fn two_rotations_in_a_row_make_one_key() {
    let (mut keys, mut counter) = (Vec::new(), 0);
    let now = Timestamp::from_seconds(1_000_000);
    let steps = due(&keys, INTERVAL, now);
    apply(&mut keys, steps, &mut counter, now);
    let step = rotate(&keys, SigningAlgorithm::EdDsa, now);
    assert_eq!(
        step,
        Some(RotationStep::Make(
            SigningAlgorithm::EdDsa,
            now.plus(PUBLICATION_LEAD)
        ))
    );
    apply(&mut keys, step.into_iter().collect(), &mut counter, now);
    assert_eq!(rotate(&keys, SigningAlgorithm::EdDsa, now), None);
    let [first, .., next] = keys.as_slice() else {
        panic!("too few keys");
    };
    assert_eq!(state(&keys, first, now), KeyState::Current);
    assert_eq!(state(&keys, next, now), KeyState::Next);
    let later = now.plus(PUBLICATION_LEAD);
    assert_eq!(state(&keys, first, later), KeyState::Retired);
    assert_eq!(state(&keys, next, later), KeyState::Current);
}

#[test]
fn a_key_signs_after_the_clock_was_set_back() {
    let (mut keys, mut counter) = (Vec::new(), 0);
    let now = Timestamp::from_seconds(1_000_000);
    let steps = due(&keys, INTERVAL, now);
    apply(&mut keys, steps, &mut counter, now);
    let step = rotate(&keys, SigningAlgorithm::EdDsa, now);
    apply(&mut keys, step.into_iter().collect(), &mut counter, now);
    let before = now.minus(PUBLICATION_LEAD);
    let signer = current(&keys, SigningAlgorithm::EdDsa, before).unwrap();
    assert_eq!(signer.id, keys[0].id, "the key that verifiers know");
    assert_eq!(state(&keys, &keys[0], before), KeyState::Current);
    assert!(due(&keys, INTERVAL, before).is_empty());
}

#[test]
fn keys_of_a_clock_that_was_far_ahead_are_replaced() {
    let (mut keys, mut counter) = (Vec::new(), 0);
    let mut now = Timestamp::from_seconds(1_000_000);
    let ahead = now.plus(365 * INTERVAL);
    let steps = due(&keys, INTERVAL, ahead);
    apply(&mut keys, steps, &mut counter, ahead);
    let first = keys[0].id;
    for hours in 0..240_u32 {
        let steps = due(&keys, INTERVAL, now);
        apply(&mut keys, steps, &mut counter, now);
        let signer = current(&keys, SigningAlgorithm::EdDsa, now).unwrap().id;
        assert_eq!(signer == first, hours == 0, "after {hours} hours");
        assert_eq!(
            keys.iter().any(|key| key.id == first),
            hours < 2,
            "its signatures are valid for a while"
        );
        for algorithm in SigningAlgorithm::ALL {
            let own = keys.iter().filter(|key| key.algorithm == algorithm).count();
            assert!((1..=3).contains(&own), "{own} keys after {hours} hours");
        }
        now = now.plus(PUBLICATION_LEAD);
    }
    assert!(counter > 27, "{counter} keys in ten days");
}
