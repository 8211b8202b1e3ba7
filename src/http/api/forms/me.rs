//! Who is signed in, out.

use super::names::Names;
use super::{directory, session};
use crate::access::Caller;
use crate::http::api::wire::me as wire;
use crate::http::api::wire::principal::Actor;
use crate::model::{DirectoryUser, Timestamp};
use crate::policy::{AdministratorState, Holdings, SubjectFacts};

/// Shows the caller.
pub(in crate::http::api) fn show(
    caller: &Caller,
    names: Names<'_>,
    administrators: AdministratorState,
    now: Timestamp,
) -> wire::Me {
    let principal = caller.principal();
    let facts = SubjectFacts {
        principal,
        enabled: true,
        user: caller.user(),
        groups: caller.user().map_or(&[], DirectoryUser::groups),
        scope: None,
    };
    let holdings = Holdings {
        policy: names.policy,
        subject: &facts,
        application: None,
        repository: None,
        now,
    };
    let permissions = caller.permissions(names.policy, now);
    let user = caller.user();
    let current = caller.session();
    wire::Me {
        principal: Actor::show(principal, names.login(principal)),
        user: user.map(|user| directory::show_detail(user, names.directory)),
        roles: holdings.roles().iter().map(|id| names.role(*id)).collect(),
        permissions: permissions.iter().map(ToString::to_string).collect(),
        session: current.map(|session| session::show(session, Some(session.id), names)),
        may_claim_administrator: administrators == AdministratorState::None
            && user.is_some_and(|user| user.site_administrator),
        administrators: match administrators {
            AdministratorState::Lasting => wire::AdministratorState::Lasting,
            AdministratorState::Ending => wire::AdministratorState::Ending,
            AdministratorState::None => wire::AdministratorState::None,
        },
    }
}
