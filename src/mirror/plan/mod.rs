//! `plan`: what one observation changes in the mirrored facts. Pure: no clock, network or store.
//!
//! The rule: the freshness of a fact is the instant before the request that settled it was sent. An observation changes
//! only facts of an older freshness; at equal freshness, absence wins. Two lists settle whether a user is in a team, the
//! team's members and the user's teams, so the freshness of a membership is the newer of the two. A list that lacks a
//! team or an organization settles that it had no members at that instant. So a removed member does not come back,
//! whatever the order in which answers arrive.

mod change;
mod counts;
#[cfg(test)]
mod examples;
mod facts;
mod freshness;
mod members;
mod observation;
mod plan_sequence;
mod planner;
#[cfg(test)]
mod properties;
mod structure;
#[cfg(test)]
pub(super) mod testing;

pub use change::{ChangeCounts, ChangedIds, Fact, FactChange, Plan, SyncCounts};
pub use facts::{GiteaFacts, TeamFacts};
pub use freshness::UserFreshness;
pub use observation::{GiteaAnswer, Observation};
pub use plan_sequence::PlanSequence;

use planner::Planner;

/// What an observation changes. Fails with its counts when these exceed the limit of `sync`; then the list must be read
/// again, and that second answer is planned without a limit.
pub fn plan(
    facts: &GiteaFacts,
    observation: &Observation,
    sync: Option<SyncCounts>,
) -> Result<Plan, ChangeCounts> {
    let mut planner = Planner {
        facts,
        at: observation.asked_at,
        plan: Plan::default(),
    };
    match &observation.value {
        GiteaAnswer::Organizations(list) => planner.organizations(list),
        GiteaAnswer::OrganizationTeams(id, teams) => planner.organization_teams(*id, teams),
        GiteaAnswer::TeamMembers(id, members) => planner.team_members(*id, members),
        GiteaAnswer::Users(accounts) => accounts.iter().for_each(|a| planner.account(a)),
        GiteaAnswer::UserTeams(id, teams) => planner.user_teams(*id, teams),
        GiteaAnswer::User(account) => planner.account(account),
        GiteaAnswer::UserDeleted(id) => planner.user_deleted(*id),
    }
    let mut plan = planner.plan;
    plan.counts = counts::count(facts, &plan.changes);
    match sync {
        Some(sync) if sync.exceeds_limit(plan.counts) => Err(plan.counts),
        _ => Ok(plan),
    }
}
