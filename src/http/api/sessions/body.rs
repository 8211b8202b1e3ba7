//! Sessions in responses.
//!
//! May read the model and current names. Must never show the secret of a session or its hash.

use crate::http::api::prelude::*;
use crate::model::{self, ApplicationId, HostName, SessionId, SessionPlace, Timestamp};
use poem_openapi::{Object, Union};

/// A session at Samovar itself.
#[derive(Object)]
pub struct SamovarPlace {}

response! {
    /// A session at a host of an application, which ends with its parent session at Samovar.
    ApplicationPlace(application: ApplicationId, host: &HostName, parent: SessionId, names: &Names) {
        /// The application.
        application: Reference = names.application(application),
        /// The host of the application.
        host: String = host.to_string(),
        /// The id of the parent session.
        parent: SessionId = parent,
    }
}

/// Where a session is valid.
#[derive(Union)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
pub enum Place {
    /// A session at Samovar itself.
    Samovar(SamovarPlace),
    /// At a host of an application.
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
    /// A browser session.
    Session(session: &model::Session, current: Option<SessionId>, names: &Names) {
        /// The id of the session, which is not a credential.
        id: SessionId = session.id,
        /// The principal of the session.
        principal: Actor = Actor::new(session.principal, names.login(session.principal)),
        /// Where the session is valid.
        place: Place = Place::new(&session.place, names),
        /// The id of the provider of the sign-in; absent for a break-glass session.
        provider: Option<String> = session.provider.as_ref().map(ToString::to_string),
        /// When the session began.
        created_at: Timestamp = session.created_at,
        /// When the session was last used, exact to five minutes.
        last_seen_at: Timestamp = session.last_seen_at,
        /// When the session ends at the latest.
        ends_at: Timestamp = session.ends_at,
        /// The IP address of the client when the session began; absent if unknown.
        address: Option<String> = session.address.map(|address| address.to_string()),
        /// The `User-Agent` of the client when the session began; may be empty.
        user_agent: String = session.user_agent.to_string(),
        /// True for the session of this request.
        current: bool = current == Some(session.id),
    }
}
