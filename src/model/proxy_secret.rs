//! Which generations of an application's proxy secret are valid. The secrets themselves are derived, never stored.

use super::Timestamp;
use std::time::Duration;

/// The state of an application's proxy secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProxySecret {
    /// The generation that generated blocks carry; counted from 0.
    pub generation: u32,
    /// Before this instant the generation before is valid as well.
    pub previous_until: Timestamp,
}

impl ProxySecret {
    /// Longest time that the generation before stays valid after a rotation.
    pub const LONGEST_OVERLAP: Duration = Duration::from_secs(7 * 24 * 3600);

    /// The next generation, with the present one valid for the overlap. Any older one ends.
    #[must_use]
    pub fn rotated(self, now: Timestamp, overlap: Duration) -> Self {
        Self {
            generation: self.generation.saturating_add(1),
            previous_until: now.plus(overlap),
        }
    }

    /// The valid generations, the newest first.
    pub fn valid(self, now: Timestamp) -> impl Iterator<Item = u32> {
        let previous = self.generation.checked_sub(1);
        let previous = previous.filter(|_| now < self.previous_until);
        std::iter::once(self.generation).chain(previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(secret: ProxySecret, seconds: i64) -> Vec<u32> {
        secret.valid(Timestamp::from_seconds(seconds)).collect()
    }

    #[test]
    fn two_generations_are_valid_during_the_overlap() {
        let first = ProxySecret::default();
        assert_eq!(valid(first, 0), [0]);
        let overlap = Duration::from_secs(60);
        let second = first.rotated(Timestamp::from_seconds(100), overlap);
        assert_eq!(valid(second, 159), [1, 0]);
        assert_eq!(valid(second, 160), [1]);
        let third = second.rotated(Timestamp::from_seconds(110), Duration::ZERO);
        assert_eq!(valid(third, 110), [2], "an overlap of zero ends it at once");
    }
}
