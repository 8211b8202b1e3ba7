//! Sessions in responses: never a secret, nor its hash.

use crate::http::api::prelude::*;
use crate::model::{self, ApplicationId, HostName, SessionId, SessionPlace, Timestamp};
use poem_openapi::{Object, Union};

/// At Samovar itself.
#[derive(Object)]
pub struct SamovarPlace {}

response! {
    /// At one host of an application, below a session at Samovar.
    ApplicationPlace(application: ApplicationId, host: &HostName, parent: SessionId, names: &Names) {
        /// The application.
        application: Reference = names.application(application),
        /// The host.
        host: String = host.to_string(),
        /// Id of the session at Samovar with which it ends.
        parent: SessionId = parent,
    }
}

/// Where a session is valid.
#[derive(Union)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
pub enum Place {
    /// At Samovar itself.
    Samovar(SamovarPlace),
    /// At an application's host.
    Application(ApplicationPlace),
}

impl Place {
    fn new(place: &SessionPlace, names: &Names) -> Self {
        match place {
            SessionPlace::Samovar => Self::Samovar(SamovarPlace {}),
            SessionPlace::Application {
                application,
                host,
                parent,
            } => Self::Application(ApplicationPlace::new(*application, host, *parent, names)),
        }
    }
}

response! {
    /// A session of a browser.
    Session(session: &model::Session, current: Option<SessionId>, names: &Names) {
        /// Its id; not a credential.
        id: SessionId = session.id,
        /// The principal.
        principal: Actor = Actor::new(session.principal, names.login(session.principal)),
        /// Where it is valid.
        place: Place = Place::new(&session.place, names),
        /// The provider of the sign-in; absent for break-glass.
        provider: Option<String> = session.provider.as_ref().map(ToString::to_string),
        /// Start.
        created_at: Timestamp = session.created_at,
        /// Last use, exact to five minutes.
        last_seen_at: Timestamp = session.last_seen_at,
        /// Absolute end.
        ends_at: Timestamp = session.ends_at,
        /// The client's address at the start.
        address: Option<String> = session.address.map(|address| address.to_string()),
        /// The client's user agent at the start.
        user_agent: String = session.user_agent.to_string(),
        /// The session of this request.
        current: bool = current == Some(session.id),
    }
}
