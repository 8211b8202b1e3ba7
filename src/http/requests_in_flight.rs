//! The limit of requests that are served at a time, per address block and in total.
//!
//! Knows no endpoint. A request counts until its endpoint has finished, even after the client has disconnected: otherwise a
//! client that disconnects at once could start any number of requests.

use super::problem::{Problem, ProblemCode};
use crate::limits::AddressBlock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// From one address block.
const MAX_OF_ONE: usize = 128;
/// In total.
const MAX: usize = 1024;

/// The requests that are being served.
#[derive(Default)]
pub(super) struct RequestsInFlight(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    by_block: HashMap<Option<AddressBlock>, usize>,
    all: usize,
}

/// One request that is being served; dropping it ends the count.
pub(super) struct InFlight {
    requests: Arc<RequestsInFlight>,
    block: Option<AddressBlock>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut counts = self.requests.lock();
        counts.all -= 1;
        if let Some(own) = counts.by_block.get_mut(&self.block) {
            *own -= 1;
            if *own == 0 {
                counts.by_block.remove(&self.block);
            }
        }
    }
}

impl RequestsInFlight {
    /// Counts one more request, within the limits.
    pub(super) fn enter(
        self: &Arc<Self>,
        block: Option<AddressBlock>,
    ) -> Result<InFlight, Problem> {
        let mut counts = self.lock();
        let own = counts.by_block.get(&block).copied().unwrap_or_default();
        if own >= MAX_OF_ONE {
            let detail =
                "too many requests from this address are being served; send fewer at a time";
            return Err(Problem::new(ProblemCode::TooManyRequests, detail).after(1));
        }
        if counts.all >= MAX {
            let detail = "the server is busy; send the request again in a moment";
            return Err(Problem::new(ProblemCode::TooManyRequests, detail).after(1));
        }
        counts.all += 1;
        counts.by_block.insert(block, own + 1);
        Ok(InFlight {
            requests: Arc::clone(self),
            block,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: u8) -> AddressBlock {
        AddressBlock::of([192, 0, 2, number].into())
    }

    #[test]
    fn one_block_gets_its_share_and_no_more() {
        let requests = Arc::new(RequestsInFlight::default());
        let held: Vec<_> = (0..MAX_OF_ONE)
            .map(|_| requests.enter(Some(block(1))).unwrap())
            .collect();
        let problem = requests.enter(Some(block(1))).err().unwrap();
        assert_eq!(problem.code(), ProblemCode::TooManyRequests);
        assert!(requests.enter(Some(block(2))).is_ok());
        drop(held);
        assert!(requests.enter(Some(block(1))).is_ok());
        assert!(requests.lock().by_block.is_empty());
        assert_eq!(requests.lock().all, 0);
    }

    #[test]
    fn all_blocks_together_stay_within_the_limit() {
        let requests = Arc::new(RequestsInFlight::default());
        let enter = |n: usize| requests.enter(Some(block(u8::try_from(n % 100).unwrap())));
        let held: Vec<_> = (0..MAX).map(|n| enter(n).unwrap()).collect();
        assert!(requests.enter(Some(block(200))).is_err());
        drop(held);
        assert!(requests.enter(Some(block(200))).is_ok());
    }
}
