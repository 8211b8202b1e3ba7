//! The stand-in's clock: a source given from outside, plus a skew that a test may set. Must never be read by the product.

use chrono::{DateTime, SecondsFormat, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Gives Unix seconds.
pub type Source = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Tells the stand-in's time.
pub struct GiteaClock {
    source: Source,
    skew: AtomicI64,
}

impl GiteaClock {
    pub fn new(source: Source) -> Self {
        Self {
            source,
            skew: AtomicI64::new(0),
        }
    }

    /// Unix seconds as this Gitea believes them to be.
    pub fn now(&self) -> i64 {
        (self.source)() + self.skew.load(Ordering::SeqCst)
    }

    /// Lets this Gitea's clock go ahead (or behind, below zero) by so many seconds from now on.
    pub fn skew(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::SeqCst);
    }
}

/// The machine's clock.
pub fn machine() -> Source {
    #[expect(
        clippy::disallowed_methods,
        reason = "the stand-in plays another machine, which has a clock of its own"
    )]
    Arc::new(|| Utc::now().timestamp())
}

/// RFC 3339 in UTC, whole seconds, as Gitea writes times.
pub fn rfc3339(unix: i64) -> String {
    at(unix).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The form of the `Date` header.
pub fn http_date(unix: i64) -> String {
    at(unix).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn at(unix: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(unix, 0).unwrap()
}
