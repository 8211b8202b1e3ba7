//! The signed-in caller in responses.
//!
//! May read the caller and current names. Must never show the rights of another principal.

use crate::access::Caller;
use crate::http::api::prelude::*;
use crate::http::api::sessions::body::Session;
use crate::http::api::users::body::UserDetail;
use crate::model::{DirectoryUser, Timestamp};
use crate::policy::{AdministratorState, Holdings, SubjectFacts};

response! {
    /// The signed-in caller with its global roles and permissions.
    Me(caller: &Caller, services: &Services, names: &Names) {
        /// The principal of the caller.
        principal: Actor = Actor::new(caller.principal(), names.login(caller.principal())),
        /// The user; absent if the caller is another kind of principal.
        user: Option<UserDetail> = caller.user().map(|user| UserDetail::new(user, &names.directory)),
        /// The roles that the caller holds everywhere.
        roles: Vec<Reference> = roles(caller, names, services.now()),
        /// The permissions that the caller holds everywhere, including those of Samovar's own API.
        permissions: Vec<String> = texts(caller.permissions(&names.policy, services.now())),
        /// The session of this request; absent if it has an access token.
        session: Option<Session> = caller.session().map(|one| Session::new(one, Some(one.id), names)),
        /// True if Samovar has no administrator and the user can become the first one with `POST /administrator/claim`.
        may_claim_administrator: bool = administrators(services) == AdministratorState::None
            && caller.user().is_some_and(|user| user.site_administrator),
        /// Whether Samovar has administrators.
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
