//! Sessions out.

use super::names::Names;
use crate::http::api::wire::principal::Actor;
use crate::http::api::wire::session as wire;
use crate::http::api::wire::texts::{Id, Time};
use crate::model::{Session, SessionId, SessionPlace};

/// Shows a session; `current` is the one with which this is asked.
pub(in crate::http::api) fn show(
    session: &Session,
    current: Option<SessionId>,
    names: Names<'_>,
) -> wire::Session {
    wire::Session {
        id: Id::of(session.id),
        principal: Actor::show(session.principal, names.login(session.principal)),
        place: show_place(&session.place, names),
        provider: session.provider.as_ref().map(ToString::to_string),
        created_at: Time::of(session.created_at),
        last_seen_at: Time::of(session.last_seen_at),
        ends_at: Time::of(session.ends_at),
        address: session.address.map(|address| address.to_string()),
        user_agent: session.user_agent.to_string(),
        current: current == Some(session.id),
    }
}

fn show_place(place: &SessionPlace, names: Names<'_>) -> wire::Place {
    match place {
        SessionPlace::Samovar => wire::Place::Samovar(wire::SamovarPlace {}),
        SessionPlace::Application {
            application,
            host,
            parent,
        } => wire::Place::Application(wire::ApplicationPlace {
            application: names.application(*application),
            host: host.to_string(),
            parent: Id::of(parent),
        }),
    }
}

/// Sessions are listed the newest first.
pub(in crate::http::api) fn key(session: &Session) -> String {
    let age = i64::MAX.saturating_sub(session.created_at.millis());
    format!("{age:019}{}", session.id)
}
