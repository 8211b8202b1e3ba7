//! Which generations of an application's proxy secret are valid. The secrets themselves are derived, never stored.

use super::Timestamp;
use std::time::Duration;

/// The state of an application's proxy secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProxySecret {
    /// The generation in newly generated proxy configurations; counted from 0.
    pub generation: u32,
    /// The previous generation is valid before this instant.
    pub previous_until: Timestamp,
}

impl ProxySecret {
    /// Longest time for which the previous generation stays valid.
    pub const LONGEST_OVERLAP: Duration = Duration::from_secs(7 * 24 * 3600);

    /// The next generation; the present one stays valid for the overlap, and older ones end.
    #[must_use]
    pub fn rotated(self, now: Timestamp, overlap: Duration) -> Self {
        Self {
            generation: self.generation.saturating_add(1),
            previous_until: now.plus(overlap),
        }
    }

    /// The valid generations, newest first.
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
