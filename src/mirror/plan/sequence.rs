//! Several observations, one after another, as one plan: what each of them would have come to by itself, applied in one
//! step. Pure.

use super::{Known, Look, Loss, Observation, Plan, Verdict, plan};

/// Observations in their order, planned against what is known and what the earlier ones of them change.
pub struct Sequence {
    known: Known,
    plan: Plan,
}

/// What one observation adds to a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// How much it takes away.
    pub loss: Loss,
    /// How many changes it makes.
    pub changes: usize,
}

impl Sequence {
    /// Nothing observed yet, on top of a copy of what is known.
    pub fn new(known: Known) -> Self {
        Self {
            known,
            plan: Plan::default(),
        }
    }

    /// Adds one more observation; `None` when it must be made again, and is not part of the sequence.
    pub fn add(&mut self, observation: &Observation, look: Look) -> Option<Added> {
        let Verdict::Apply(plan) = plan(&self.known, observation, look) else {
            return None;
        };
        let added = Added {
            loss: plan.loss,
            changes: plan.changes.len(),
        };
        self.known.apply_changes(&plan.changes);
        self.known.renew(&plan.renewals);
        self.plan.changes.extend(plan.changes);
        self.plan.renewals.extend(plan.renewals);
        self.plan.loss += plan.loss;
        Some(added)
    }

    /// All of it as one plan, and what is known once that plan is applied.
    pub fn finish(self) -> (Plan, Known) {
        (self.plan, self.known)
    }
}
