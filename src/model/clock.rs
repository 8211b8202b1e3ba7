//! Instants, and the two capabilities that every other file must be given: the clock and the random source.

use chrono::{DateTime, SecondsFormat, Utc};
use std::time::Duration;

/// A clock that is corrected is set back by no more than this; nobody is to be the worse for it.
pub const CORRECTION: Duration = Duration::from_secs(60);

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Shown as RFC 3339 in UTC.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z; also "never".
    pub const ZERO: Self = Self(0);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch, as JSON web tokens count.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant and `span` later; stays at the end of time instead of overflowing.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(span)))
    }

    /// This instant and `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis_of(span)))
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Is this less than `span` after `earlier`? What lies ahead by more than a correction, or than the span itself, was
    /// written before the clock was set back: nobody knows how old it is, so it is too old.
    pub fn within(self, span: Duration, earlier: Self) -> bool {
        self.since(earlier) < span && earlier.since(self) <= span.min(CORRECTION)
    }

    /// Is this in the time that began at `from` and is over at `until`? What began ahead of now, by more than a
    /// correction, has not come yet: a clock that was set back makes nothing last longer than it was to.
    pub fn between(self, from: Self, until: Self) -> bool {
        from.since(self) <= CORRECTION && self < until
    }
}

fn millis_of(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match DateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(instant) => f.write_str(&instant.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms after 1970", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = super::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| Self(instant.timestamp_millis()))
            .map_err(|_| {
                super::ParseError::new(format!(
                    "`{}` is no time; write RFC 3339 such as `2026-01-31T12:00:00Z`",
                    text.escape_debug()
                ))
            })
    }
}

/// Tells the time. Only `app.rs` owns the real one; tests hold a fixed one.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Gives unpredictable bytes. Only `app.rs` owns the real one.
pub trait Random: Send + Sync {
    /// Fills `bytes` with cryptographically secure random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

#[cfg(test)]
mod tests {
    use super::{CORRECTION, Timestamp};
    use std::time::Duration;

    #[test]
    fn what_lies_ahead_is_too_old_or_has_not_come_and_a_correction_is_forgiven() {
        let (now, minute) = (Timestamp::from_seconds(1_000_000), Duration::from_secs(60));
        let moment = Duration::from_millis(1);
        for (span, age, ahead) in [(10, 10, 10), (60, 60, 60), (3600, 3600, 60)] {
            let [span, age, ahead] = [span, age, ahead].map(Duration::from_secs);
            assert!(now.within(span, now), "{span:?}");
            assert!(now.within(span, now.minus(age).plus(moment)), "{span:?}");
            assert!(!now.within(span, now.minus(age)), "{span:?}");
            assert!(now.within(span, now.plus(ahead)), "{span:?}");
            assert!(!now.within(span, now.plus(ahead + moment)), "{span:?}");
        }
        assert_eq!(CORRECTION, minute);
        assert!(now.between(now.minus(minute), now.plus(moment)));
        assert!(!now.between(now.minus(minute), now), "over");
        assert!(now.between(now.plus(minute), now.plus(2 * minute)));
        assert!(!now.between(now.plus(minute + moment), now.plus(2 * minute)));
    }

    #[test]
    fn a_time_reads_back_from_what_it_shows() {
        let t = Timestamp::from_millis(1_767_225_600_123);
        assert_eq!(t.to_string(), "2026-01-01T00:00:00.123Z");
        assert_eq!(t.to_string().parse::<Timestamp>().unwrap(), t);
        assert_eq!(
            "2026-01-01T02:00:00.123+02:00"
                .parse::<Timestamp>()
                .unwrap(),
            t
        );
    }
}
