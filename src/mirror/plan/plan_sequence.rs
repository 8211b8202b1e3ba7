//! Several observations as one plan: the sum of their plans one after another, applied in one step. Pure.

use super::change::{ChangeCounts, Plan, SyncCounts};
use super::facts::GiteaFacts;
use super::observation::Observation;
use super::plan;

/// Plans observations in their order, each against the facts after the earlier ones.
pub struct PlanSequence {
    /// The facts after the plan.
    pub facts: GiteaFacts,
    plan: Plan,
}

impl PlanSequence {
    /// No observation yet, on a copy of the facts.
    pub fn new(facts: GiteaFacts) -> Self {
        Self {
            facts,
            plan: Plan::default(),
        }
    }

    /// Adds an observation, unless it exceeds the limit of `sync`; `None`: it was left out.
    pub fn add(
        &mut self,
        observation: &Observation,
        sync: Option<SyncCounts>,
    ) -> Option<ChangeCounts> {
        let plan = plan(&self.facts, observation, sync).ok()?;
        let counts = plan.counts;
        self.facts.apply(&plan);
        self.plan.append(plan);
        Some(counts)
    }

    /// The plan of all observations since the last call.
    pub fn take_plan(&mut self) -> Plan {
        std::mem::take(&mut self.plan)
    }
}
