//! The real clock and the real random source: the only ones.

pub use crate::model::Capabilities;
use crate::model::{Clock, Random, Timestamp};
use aws_lc_rs::rand::SecureRandom as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

impl Capabilities {
    /// The machine's time and random source.
    pub fn real() -> Self {
        Self {
            clock: Arc::new(MachineClock),
            random: Arc::new(MachineRandom(aws_lc_rs::rand::SystemRandom::new())),
        }
    }
}

struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "the one place with a real clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = since.map_or(0, |since| since.as_millis());
        Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

struct MachineRandom(aws_lc_rs::rand::SystemRandom);

impl Random for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random bytes every secret would be a guess: there is no way on.
        if self.0.fill(bytes).is_err() {
            tracing::error!("the system gives no random bytes; the server ends");
            std::process::abort();
        }
    }
}
