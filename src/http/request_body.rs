//! Reads the bodies of requests before any endpoint sees them: how long they may be, how long they may take, how many may be
//! on their way at a time.
//!
//! Knows no endpoint and no credential. Nothing is read of a body that is longer than allowed, and memory is taken only for
//! bytes that came. When too many bodies are on their way, the oldest one of the address block that has the most is given up.

use super::problem::{Problem, ProblemCode};
use crate::limits::{AddressBlock, BoundedTable};
use poem::Request;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::sync::CancellationToken;

/// What the body of a request may cost.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Longest body of a caller who has not been recognised, in bytes.
    pub bytes: u64,
    /// Longest body of a caller with a valid session or token, in bytes; the API alone takes so much.
    pub bytes_of_known: u64,
    /// How long the client may be silent in the middle of a body.
    pub silence: Duration,
    /// How long the whole body may take.
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

/// Short bodies on their way at a time: at most 8 MiB of memory.
const MAX_SHORT: usize = 512;
/// Of one address block.
const MAX_SHORT_OF_ONE: usize = 64;
/// Long bodies on their way at a time: at most 64 MiB of memory, all of it of callers with a valid credential.
const MAX_LONG: usize = 64;
/// Of one address block.
const MAX_LONG_OF_ONE: usize = 16;

/// The bodies on their way.
pub(super) struct RequestBodies {
    limits: BodyLimits,
    short: Bodies,
    long: Bodies,
}

/// By a number of ours; the owner is the address block, if there is one.
type Table = BoundedTable<u64, Option<AddressBlock>, CancellationToken>;

struct Bodies {
    table: Mutex<Table>,
    next: AtomicU64,
}

/// One body on its way; no longer so when dropped.
struct Place<'a> {
    bodies: &'a Bodies,
    number: u64,
    given_up: CancellationToken,
}

impl Drop for Place<'_> {
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

    fn enter(&self, block: Option<AddressBlock>) -> Place<'_> {
        let given_up = CancellationToken::new();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let gone = self.lock().insert(number, block, given_up.clone());
        if let Some((_, oldest)) = gone {
            oldest.cancel();
        }
        Place {
            bodies: self,
            number,
            given_up,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestBodies {
    /// None on its way.
    pub(super) fn new(limits: BodyLimits) -> Self {
        Self {
            limits,
            short: Bodies::new(MAX_SHORT, MAX_SHORT_OF_ONE),
            long: Bodies::new(MAX_LONG, MAX_LONG_OF_ONE),
        }
    }

    /// May a body be so long? `known` says whether the caller presents a valid credential, and is asked only when it matters.
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
            "the body has {bytes} bytes; send at most {}, and more only to the API with a valid session or token (up to {})",
            self.limits.bytes, self.limits.bytes_of_known
        );
        Err(Problem::new(ProblemCode::BodyTooLarge, detail))
    }

    /// Reads the body, which has been announced with this length, and puts it back whole.
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
        let place = bodies.enter(block);
        let body = receive(request.take_body().into_async_read(), self.limits.silence);
        let body = tokio::time::timeout(self.limits.whole, body);
        let body = tokio::select! {
            body = body => body.map_err(|_| late()).flatten()?,
            () = place.given_up.cancelled() => return Err(too_many()),
        };
        request.set_body(body);
        Ok(())
    }
}

/// Up to the end of the body. hyper gives no byte beyond the announced length.
async fn receive(
    mut reader: impl AsyncRead + Unpin,
    silence: Duration,
) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    loop {
        let read = tokio::time::timeout(silence, reader.read_buf(&mut body)).await;
        match read.map_err(|_| late())? {
            Ok(0) => return Ok(body),
            Ok(_) => {}
            Err(_) => {
                let detail = "the body ended before its announced length; send all of it";
                return Err(Problem::new(ProblemCode::RequestMalformed, detail));
            }
        }
    }
}

fn late() -> Problem {
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
