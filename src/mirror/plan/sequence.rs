//! Several observations, one after another, as one plan: what each of them would have come to by itself, applied in one
//! step. Pure.

use super::{Known, Look, Loss, Observation, Plan, Verdict, plan};
use std::borrow::Cow;

/// Observations in their order, planned against what is known and what the earlier ones of them change.
pub struct Sequence<'a> {
    known: Cow<'a, Known>,
    plan: Plan,
    /// How many of the plan's changes and renewals are in `known` already.
    applied: (usize, usize),
}

/// What one observation adds to a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// How much it takes away.
    pub loss: Loss,
    /// How many changes it makes.
    pub changes: usize,
}

impl<'a> Sequence<'a> {
    /// Nothing observed yet. Copies what is known only when there is more than one observation.
    pub fn new(known: &'a Known) -> Self {
        Self {
            known: Cow::Borrowed(known),
            plan: Plan::default(),
            applied: (0, 0),
        }
    }

    /// Adds one more observation; `None` when it must be made again, and is not part of the sequence.
    pub fn add(&mut self, observation: &Observation, look: Look) -> Option<Added> {
        self.catch_up();
        let Verdict::Apply(plan) = plan(&self.known, observation, look) else {
            return None;
        };
        let added = Added {
            loss: plan.loss,
            changes: plan.changes.len(),
        };
        self.plan.changes.extend(plan.changes);
        self.plan.renewals.extend(plan.renewals);
        self.plan.loss += plan.loss;
        Some(added)
    }

    /// All of it as one plan.
    pub fn finish(self) -> Plan {
        self.plan
    }

    fn catch_up(&mut self) {
        let (changes, renewals) = self.applied;
        let changes = self.plan.changes.get(changes..).unwrap_or_default();
        let renewals = self.plan.renewals.get(renewals..).unwrap_or_default();
        if changes.is_empty() && renewals.is_empty() {
            return;
        }
        let known = self.known.to_mut();
        known.apply_changes(changes);
        known.renew(renewals);
        self.applied = (self.plan.changes.len(), self.plan.renewals.len());
    }
}
