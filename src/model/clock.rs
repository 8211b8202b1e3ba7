//! Instants, and the traits of the clock and the random source.

use chrono::{DateTime, SecondsFormat, Utc};
use std::sync::Arc;
use std::time::Duration;

/// A correction of the clock that sets it back by no more than this invalidates nothing.
pub const MAX_CLOCK_CORRECTION: Duration = Duration::from_secs(60);

/// An instant in milliseconds since 1970-01-01T00:00:00Z. Displayed as RFC 3339 in UTC.
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

    /// From whole seconds since the epoch, as in JSON web tokens.
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

    /// The instant `span` later. Saturates.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(span)))
    }

    /// The instant `span` earlier. Saturates.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis_of(span)))
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// True if this is less than `span` after `earlier`. An `earlier` that is ahead by more than a clock correction or the
    /// span was written before the clock was set back. Its age is unknown and counts as too old.
    pub fn within(self, span: Duration, earlier: Self) -> bool {
        self.since(earlier) < span && earlier.since(self) <= span.min(MAX_CLOCK_CORRECTION)
    }

    /// True if this is at or after `from` and before `until`. A clock correction after `from` is tolerated; if the clock was
    /// set back further, the time has not begun, so that it never lasts longer than planned.
    pub fn between(self, from: Self, until: Self) -> bool {
        from.since(self) <= MAX_CLOCK_CORRECTION && self < until
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
                    "invalid time `{}`: use RFC 3339 such as `2026-01-31T12:00:00Z`",
                    text.escape_debug()
                ))
            })
    }
}

/// A clock. `app` alone has the real one.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// A source of unpredictable bytes. `app` alone has the real one.
pub trait Random: Send + Sync {
    /// Fills `bytes` with cryptographically secure random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// A clock and a random source.
#[derive(Clone)]
pub struct Capabilities {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives unpredictable bytes.
    pub random: Arc<dyn Random>,
}

#[cfg(test)]
mod tests {
    use super::{MAX_CLOCK_CORRECTION, Timestamp};
    use std::time::Duration;

    #[test]
    fn instants_after_now_are_tolerated_within_a_clock_correction() {
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
        assert_eq!(MAX_CLOCK_CORRECTION, minute);
        assert!(now.between(now.minus(minute), now.plus(moment)));
        assert!(!now.between(now.minus(minute), now), "over");
        assert!(now.between(now.plus(minute), now.plus(2 * minute)));
        assert!(!now.between(now.plus(minute + moment), now.plus(2 * minute)));
    }

    #[test]
    fn time_is_parsed_from_its_display_form() {
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
