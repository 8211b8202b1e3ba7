//! A copy of what is known, for planning on: a batch of observations changes the copy, and the facts stay as they are
//! until the batch is on disk. It is kept from one batch to the next, because a new one costs as much as the world is large.
//!
//! Must equal the facts whenever a batch begins; the copy of a batch that failed is dropped.

use super::ledger::Facts;
use super::plan::{Known, Plan};

/// The copy, and how often the clock had been set back when it was made.
pub(super) struct PlanningCopy {
    pub(super) known: Known,
    pub(super) clock_changes: u64,
}

impl PlanningCopy {
    /// The one that the last batch left; a new one when there is none, or the clock was set back since.
    pub(super) fn of(facts: &Facts, kept: Option<Self>) -> Self {
        let clock_changes = facts.clock_changes;
        kept.filter(|copy| copy.clock_changes == clock_changes)
            .unwrap_or_else(|| Self {
                known: facts.known.clone(),
                clock_changes,
            })
    }

    /// Shares records with the facts once they have taken in the plan that this copy has taken in.
    pub(super) fn share(&mut self, facts: &Facts, plan: &Plan) {
        if self.clock_changes == facts.clock_changes {
            self.known.share(&facts.known, plan);
        }
    }
}
