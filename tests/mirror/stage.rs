//! A clock that a test turns, a random source without chance, and a client for the stand-in.

use crate::support::gitea::StandIn;
use crate::support::world::GiteaWorld;
use samovar::gitea::{Client, Settings};
use samovar::model::{Clock, Random, Timestamp};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Stands still until it is turned.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn start() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_790_000_000_000)))
    }

    pub fn turn(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Counts instead of rolling dice.
#[derive(Default)]
pub struct Counter(AtomicI64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let number = number.to_be_bytes();
        for (byte, n) in bytes.iter_mut().rev().zip(number.iter().rev().cycle()) {
            *byte = *n;
        }
    }
}

/// A stand-in whose time is the test's.
pub async fn world(clock: &Arc<TestClock>) -> GiteaWorld {
    let clock = Arc::clone(clock);
    let source = Arc::new(move || clock.now().seconds());
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    GiteaWorld::around(StandIn::start_at(address, source).await).await
}

pub fn client(url: &str, token: &str, clock: &Arc<TestClock>) -> Client {
    let settings = Settings {
        base_url: url.parse().unwrap(),
        public_url: url.parse().unwrap(),
        token: token.to_owned().into(),
        timeout: Duration::from_secs(5),
        retry_pause: Duration::from_millis(1),
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
    };
    Client::new(
        settings,
        Arc::clone(clock) as _,
        Arc::new(Counter::default()),
    )
}
