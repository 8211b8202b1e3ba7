//! Observations that wait to be applied, and the removal limit of each. Must never drop one without a result.

use super::MirrorError;
use super::plan::{ChangeCounts, Observation, SyncCounts};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// What an applied observation has changed; `None` when it exceeds the limit and must be read again.
pub(super) type ObservationResult = Result<Option<ChangeCounts>, MirrorError>;

/// Whether the removal limit of a sync applies to an observation.
#[derive(Clone)]
pub(super) enum RemovalLimit {
    /// The first reading of a list.
    Enforced(Arc<Mutex<SyncCounts>>),
    /// The second reading of a list: applied in any case, and counted.
    Counted(Arc<Mutex<SyncCounts>>),
    /// A reading of one user, of whom account and teams agree: applied in any case.
    None,
}

impl RemovalLimit {
    /// The counts against which an observation is checked now.
    pub(super) fn enforced(&self) -> Option<SyncCounts> {
        match self {
            Self::Enforced(counts) => Some(*lock(counts)),
            Self::Counted(_) | Self::None => None,
        }
    }

    pub(super) fn count(&self, applied: ChangeCounts) {
        if let Self::Enforced(counts) | Self::Counted(counts) = self {
            lock(counts).applied += applied;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An observation in the queue.
pub(super) struct QueuedObservation {
    pub(super) observation: Observation,
    pub(super) limit: RemovalLimit,
    pub(super) result: oneshot::Sender<ObservationResult>,
}

/// Observations in the order of their arrival.
#[derive(Default)]
pub(super) struct ObservationQueue(Mutex<Vec<QueuedObservation>>);

impl ObservationQueue {
    /// Adds one; returns the receiver of its result.
    pub(super) fn push(
        &self,
        observation: Observation,
        limit: RemovalLimit,
    ) -> oneshot::Receiver<ObservationResult> {
        let (result, receiver) = oneshot::channel();
        lock(&self.0).push(QueuedObservation {
            observation,
            limit,
            result,
        });
        receiver
    }

    /// Takes all.
    pub(super) fn take(&self) -> Vec<QueuedObservation> {
        std::mem::take(&mut lock(&self.0))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        lock(&self.0).len()
    }
}
