//! Observations that wait to be put in force: who made them, on which reading, and where the outcome is sent.
//!
//! Knows nothing of Gitea or the store. Must never drop an observation without an answer.

use super::MirrorError;
use super::plan::{Look, Loss, Observation, Tally};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// What became of an observation.
pub(super) enum Outcome {
    /// It is in force.
    Applied {
        /// How many changes it made.
        changes: usize,
    },
    /// It must be made again.
    LookAgain,
}

/// Which reading of a question an observation comes from.
#[derive(Clone)]
pub(super) enum Reading {
    /// The first of a sync: read once more when the sync would take away too much.
    First(Arc<SyncTally>),
    /// The second of a sync, applied whatever it takes away.
    Second(Arc<SyncTally>),
    /// Of one principal: account and teams agree about who is meant, so it is applied whatever it takes away.
    OfPrincipal,
}

impl Reading {
    /// What the plan goes by, as of now.
    pub(super) fn look(&self) -> Look {
        match self {
            Self::First(tally) => Look::First(*tally.lock()),
            Self::Second(_) | Self::OfPrincipal => Look::Second,
        }
    }

    /// Counts what was taken away.
    pub(super) fn lost(&self, loss: Loss) {
        if let Self::First(tally) | Self::Second(tally) = self {
            tally.lock().lost += loss;
        }
    }
}

/// What a sync has taken away so far, shared by all its observations.
pub(super) struct SyncTally(Mutex<Tally>);

impl SyncTally {
    /// Nothing taken away yet from so many memberships.
    pub(super) fn new(memberships: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Tally {
            memberships,
            lost: Loss::default(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One observation that waits.
pub(super) struct Waiting {
    pub(super) observation: Observation,
    pub(super) reading: Reading,
    pub(super) answer: oneshot::Sender<Result<Outcome, MirrorError>>,
}

/// Observations that wait, in the order in which they came.
#[derive(Default)]
pub(super) struct Queue(Mutex<Vec<Waiting>>);

impl Queue {
    /// Adds one; gives where its outcome arrives.
    pub(super) fn push(
        &self,
        observation: Observation,
        reading: Reading,
    ) -> oneshot::Receiver<Result<Outcome, MirrorError>> {
        let (answer, answered) = oneshot::channel();
        self.lock().push(Waiting {
            observation,
            reading,
            answer,
        });
        answered
    }

    /// Takes all that wait.
    pub(super) fn take(&self) -> Vec<Waiting> {
        std::mem::take(&mut self.lock())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
