//! hyper's timer for one connection: all its sleeps share one timer of the runtime.
//!
//! hyper creates a sleep for each request, and each would enter and leave the timer wheel that all connections share.
//! This timer stays in the wheel until it fires, and is then reset to the current deadline.
//! Knows deadlines only. Must never end a sleep before its deadline.

use hyper::rt::{Sleep, Timer};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::sleep_until;

/// The timer of one connection. Only one of its sleeps may be polled at a time, as hyper does.
#[derive(Clone)]
pub(super) struct ConnectionTimer(Arc<Mutex<Pin<Box<tokio::time::Sleep>>>>);

impl ConnectionTimer {
    /// A timer whose sleeps usually have this length.
    pub(super) fn new(usual: Duration) -> Self {
        let timer = Box::pin(tokio::time::sleep(usual));
        Self(Arc::new(Mutex::new(timer)))
    }
}

impl Timer for ConnectionTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let timer = self.clone();
        Box::pin(UntilDeadline { deadline, timer })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into()
    }
}

struct UntilDeadline {
    deadline: Instant,
    timer: ConnectionTimer,
}

impl Sleep for UntilDeadline {}

impl Future for UntilDeadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let mut timer = self.timer.0.lock().unwrap_or_else(PoisonError::into_inner);
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(context).is_ready() {
            if timer.deadline() == deadline {
                return Poll::Ready(());
            }
            // It fired for the deadline of an earlier sleep.
            timer.set(sleep_until(deadline));
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_millis(20);

    async fn reaches_its_deadline(timer: &ConnectionTimer, length: Duration) -> bool {
        let deadline = timer.now() + length;
        timer.sleep_until(deadline).await;
        timer.now() >= deadline
    }

    #[tokio::test]
    async fn every_sleep_ends_and_none_before_its_deadline() {
        let timer = ConnectionTimer::new(USUAL);
        for length in [USUAL, USUAL / 4, USUAL * 3, USUAL, Duration::ZERO] {
            assert!(reaches_its_deadline(&timer, length).await, "{length:?}");
        }
    }

    #[tokio::test]
    async fn dropped_sleep_shortens_no_later_sleep() {
        let timer = ConnectionTimer::new(USUAL);
        for _ in 0..3 {
            let mut dropped = timer.sleep(USUAL / 2);
            let first = std::future::poll_fn(|context| {
                Poll::Ready(dropped.as_mut().poll(context).is_ready())
            });
            assert!(!first.await);
            drop(dropped);
            assert!(reaches_its_deadline(&timer, USUAL * 2).await);
        }
    }
}
