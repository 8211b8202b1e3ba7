//! What the tests of the mirror's parts share.

use super::{Known, Look, Observation, Plan, Seen, Verdict, plan};
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

/// An answer to a question that was asked at this second.
pub(in crate::mirror) fn at(seen: Seen, seconds: i64) -> Observation {
    Observation {
        seen,
        asked_at: Timestamp::from_seconds(seconds),
    }
}

/// Applies an observation whatever it takes away.
pub(super) fn apply(known: &mut Known, observation: &Observation) -> Plan {
    let verdict = plan(known, observation, Look::Second);
    let Verdict::Apply(plan) = verdict else {
        panic!("a second look is applied whatever it says");
    };
    known.apply_changes(&plan.changes);
    known.renew(&plan.renewals);
    plan
}
