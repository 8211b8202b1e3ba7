//! What the tests of the mirror share.

use super::{GiteaAnswer, GiteaFacts, Observation, Plan, plan};
use crate::model::{DisplayText, GiteaUser, Timestamp};

/// An ordinary account.
pub(in crate::mirror) fn account(id: i64) -> GiteaUser {
    GiteaUser {
        id: id.try_into().unwrap(),
        login: format!("u{id}").parse().unwrap(),
        full_name: DisplayText::lossy(""),
        email: DisplayText::lossy(""),
        active: true,
        prohibit_login: false,
        is_admin: false,
        source_id: 0,
        login_name: DisplayText::lossy(""),
    }
}

/// The answer to a request that was sent at this second.
pub(in crate::mirror) fn at(value: GiteaAnswer, seconds: i64) -> Observation {
    Observation {
        value,
        asked_at: Timestamp::from_seconds(seconds),
    }
}

/// Applies an observation without a limit.
pub(super) fn apply(facts: &mut GiteaFacts, observation: &Observation) -> Plan {
    let plan = plan(facts, observation, None).unwrap();
    facts.apply(&plan);
    plan
}
