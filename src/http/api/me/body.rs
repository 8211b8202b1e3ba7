//! The signed-in caller in responses.

use crate::access::Caller;
use crate::http::api::prelude::*;
use crate::http::api::sessions::body::Session;
use crate::http::api::users::body::UserDetail;
use crate::model::{DirectoryUser, Timestamp};
use crate::policy::{AdministratorState, Holdings, SubjectFacts};

response! {
    /// The signed-in caller, and what it holds in Samovar itself.
    Me(caller: &Caller, services: &Services, names: &Names) {
        /// The principal.
        principal: Actor = Actor::new(caller.principal(), names.login(caller.principal())),
        /// The person, if the caller is one.
        user: Option<UserDetail> = caller.user().map(|user| UserDetail::new(user, &names.directory)),
        /// Global roles.
        roles: Vec<Reference> = roles(caller, names, services.now()),
        /// Global permissions, including those of Samovar itself.
        permissions: Vec<String> = texts(caller.permissions(&names.policy, services.now())),
        /// This session.
        session: Option<Session> = caller.session().map(|one| Session::new(one, Some(one.id), names)),
        /// No person administers Samovar, and this person may become administrator with the claim code.
        may_claim_administrator: bool = administrators(services) == AdministratorState::None
            && caller.user().is_some_and(|user| user.site_administrator),
        /// Whether at least one person administers Samovar.
        administrators: AdministratorState = administrators(services),
    }
}

fn administrators(services: &Services) -> AdministratorState {
    services.admin.administrators().state()
}

fn roles(caller: &Caller, names: &Names, now: Timestamp) -> Vec<Reference> {
    let facts = SubjectFacts {
        principal: caller.principal(),
        enabled: true,
        user: caller.user(),
        groups: caller.user().map_or(&[], DirectoryUser::groups),
        scope: None,
    };
    let holdings = Holdings {
        policy: &names.policy,
        subject: &facts,
        application: None,
        repository: None,
        now,
    };
    holdings.roles().iter().map(|id| names.role(*id)).collect()
}
