//! Ids of tokens that were used: each opens something once.
//!
//! In memory: what a token can do after a restart is bounded by its short time.

use crate::model::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Ids that are remembered; while it is full, nothing new is believed.
const MOST: usize = 10_000;

/// Ids with the instant after which they need not be remembered.
#[derive(Default)]
pub(super) struct Replay(Mutex<HashMap<String, Timestamp>>);

impl Replay {
    /// Takes an id: true for the first to come.
    pub(super) fn take(&self, id: &str, until: Timestamp, now: Timestamp) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST {
            used.retain(|_, until| *until > now);
        }
        if used.len() >= MOST || used.contains_key(id) {
            return false;
        }
        used.insert(id.to_owned(), until);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_once_and_a_full_memory_believes_nothing_new() {
        let (replay, at) = (Replay::default(), Timestamp::from_seconds);
        assert!(replay.take("a", at(10), at(1)));
        assert!(!replay.take("a", at(10), at(2)));
        for n in 1..MOST {
            assert!(replay.take(&n.to_string(), at(10), at(1)));
        }
        assert!(!replay.take("b", at(20), at(5)));
        assert!(
            replay.take("b", at(20), at(11)),
            "the others need no memory any more"
        );
    }
}
