//! Reads request bodies before the endpoints are called, with limits on their length, their duration and their number.
//!
//! Knows no endpoint and no credential. Reads nothing of a body that is too long, and allocates memory only for bytes that
//! have arrived. When too many bodies are incomplete, cancels the oldest one of the address block that has the most.

use super::problem::{Problem, ProblemCode};
use crate::limits::{AddressBlock, BoundedTable};
use poem::Request;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::sync::CancellationToken;

/// Limits of request bodies.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Longest body of a caller without a valid credential, in bytes.
    pub bytes: u64,
    /// Longest body of a caller with a valid session or token, in bytes; only the API accepts it.
    pub bytes_of_known: u64,
    /// Longest time between two parts of a body.
    pub silence: Duration,
    /// Longest time for the whole body.
    pub whole: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            bytes_of_known: 1024 * 1024,
            silence: Duration::from_secs(10),
            whole: Duration::from_secs(30),
        }
    }
}

/// Incomplete short bodies at a time: at most 8 MiB of memory.
const MAX_SHORT: usize = 512;
/// From one address block.
const MAX_SHORT_OF_ONE: usize = 64;
/// Incomplete long bodies at a time: at most 64 MiB of memory, only for callers with a valid credential.
const MAX_LONG: usize = 64;
/// From one address block.
const MAX_LONG_OF_ONE: usize = 16;

/// The incomplete request bodies.
pub(super) struct RequestBodies {
    limits: BodyLimits,
    short: Bodies,
    long: Bodies,
}

/// By a sequence number; the owner is the address block, if there is one.
type Table = BoundedTable<u64, Option<AddressBlock>, CancellationToken>;

struct Bodies {
    table: Mutex<Table>,
    next: AtomicU64,
}

/// One incomplete body; dropping it frees the slot.
struct BodySlot<'a> {
    bodies: &'a Bodies,
    number: u64,
    cancelled: CancellationToken,
}

impl Drop for BodySlot<'_> {
    fn drop(&mut self) {
        self.bodies.lock().remove(&self.number);
    }
}

impl Bodies {
    fn new(most: usize, most_of_one: usize) -> Self {
        Self {
            table: Mutex::new(Table::new(most, most_of_one)),
            next: AtomicU64::new(0),
        }
    }

    fn enter(&self, block: Option<AddressBlock>) -> BodySlot<'_> {
        let cancelled = CancellationToken::new();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let evicted = self.lock().insert(number, block, cancelled.clone());
        if let Some((_, oldest)) = evicted {
            oldest.cancel();
        }
        BodySlot {
            bodies: self,
            number,
            cancelled,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestBodies {
    /// An empty set.
    pub(super) fn new(limits: BodyLimits) -> Self {
        Self {
            limits,
            short: Bodies::new(MAX_SHORT, MAX_SHORT_OF_ONE),
            long: Bodies::new(MAX_LONG, MAX_LONG_OF_ONE),
        }
    }

    /// May a body have this length? `known` says whether the caller presents a valid credential; called only for long bodies.
    pub(super) fn check(&self, bytes: u64, known: impl FnOnce() -> bool) -> Result<(), Problem> {
        if bytes <= self.limits.bytes {
            return Ok(());
        }
        let most = if bytes <= self.limits.bytes_of_known && known() {
            self.limits.bytes_of_known
        } else {
            self.limits.bytes
        };
        if bytes <= most {
            return Ok(());
        }
        let detail = format!(
            "the body has {bytes} bytes; send at most {}, or up to {} to the API with a valid session or token",
            self.limits.bytes, self.limits.bytes_of_known
        );
        Err(Problem::new(ProblemCode::BodyTooLarge, detail))
    }

    /// Reads the body of this announced length, and puts it back into the request.
    pub(super) async fn read(
        &self,
        request: &mut Request,
        bytes: u64,
        block: Option<AddressBlock>,
    ) -> Result<(), Problem> {
        let bodies = if bytes > self.limits.bytes {
            &self.long
        } else {
            &self.short
        };
        let slot = bodies.enter(block);
        let body = receive(request.take_body().into_async_read(), self.limits.silence);
        let body = tokio::time::timeout(self.limits.whole, body);
        let body = tokio::select! {
            body = body => body.map_err(|_| timed_out()).flatten()?,
            () = slot.cancelled.cancelled() => return Err(too_many()),
        };
        request.set_body(body);
        Ok(())
    }
}

/// Reads to the end of the body. hyper yields no byte beyond the announced length.
async fn receive(
    mut reader: impl AsyncRead + Unpin,
    silence: Duration,
) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    loop {
        let read = tokio::time::timeout(silence, reader.read_buf(&mut body)).await;
        match read.map_err(|_| timed_out())? {
            Ok(0) => return Ok(body),
            Ok(_) => {}
            Err(_) => {
                let detail = "the body ended before its announced length; send all of it";
                return Err(Problem::new(ProblemCode::RequestMalformed, detail));
            }
        }
    }
}

fn timed_out() -> Problem {
    let detail = "the body did not arrive in time; send it at once, in a new connection";
    Problem::new(ProblemCode::RequestTimeout, detail)
}

fn too_many() -> Problem {
    let detail = "too many unfinished request bodies from this address; send fewer at a time";
    Problem::new(ProblemCode::TooManyRequests, detail)
}

#[cfg(test)]
#[path = "request_body_tests.rs"]
mod tests;
