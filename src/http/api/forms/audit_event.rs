//! Audit events out, and the words by which they are looked for in.

use super::Errors;
use super::names::Names;
use crate::audit::{EventQuery, Outcome, RecordedEvent};
use crate::http::Problem;
use crate::http::api::wire::audit_event as wire;
use crate::http::api::wire::page::Paging;
use crate::http::api::wire::principal::Actor;
use crate::http::api::wire::texts::{Id, Time};
use crate::model::{DisplayText, ParseError, Principal, SystemJob};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is looked for, as the address says it.
pub(in crate::http::api) struct Asked<'a> {
    pub actor: Option<&'a str>,
    pub action: Option<&'a str>,
    pub object_kind: Option<&'a str>,
    pub object: Option<&'a str>,
    pub application: Option<&'a str>,
    pub outcome: Option<wire::Outcome>,
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
}

/// Reads what is looked for, with everything that is wrong at once.
pub(in crate::http::api) fn read(
    asked: &Asked<'_>,
    paging: &Paging,
) -> Result<EventQuery, Problem> {
    let mut errors = Errors::default();
    let before = paging.after().map(|place| {
        let place = place.parse::<u64>();
        let wrong = |_| ParseError::new("`cursor` is none of this list; send its `next_cursor`");
        errors.keep("cursor", place.map_err(wrong))
    });
    let query = EventQuery {
        actor: asked
            .actor
            .and_then(|text| errors.keep("actor", actor(text))),
        object: asked
            .object_kind
            .and_then(|text| errors.keep("object_kind", word(text))),
        object_id: asked.object.map(DisplayText::lossy),
        application: asked
            .application
            .and_then(|id| errors.read("application", id)),
        action: asked
            .action
            .and_then(|text| errors.keep("action", word(text))),
        outcome: asked.outcome.map(|outcome| match outcome {
            wire::Outcome::Allowed => Outcome::Allowed,
            wire::Outcome::Denied => Outcome::Denied,
            wire::Outcome::Failed => Outcome::Failed,
        }),
        from: asked.from.and_then(|text| errors.read("from", text)),
        to: asked.to.and_then(|text| errors.read("to", text)),
        before: before.flatten(),
        limit: paging.limit(),
    };
    errors.unless_any(Some(query))
}

/// A user's id, or a principal as events spell it.
fn actor(text: &str) -> Result<Principal, ParseError> {
    let (kind, id) = text.split_once(':').unwrap_or(("user", text));
    match (text, kind) {
        ("local-operator", _) => Ok(Principal::LocalOperator),
        ("anonymous", _) => Ok(Principal::Anonymous),
        ("system:mirror", _) => Ok(Principal::System(SystemJob::Mirror)),
        ("system:housekeeping", _) => Ok(Principal::System(SystemJob::Housekeeping)),
        ("system:server", _) => Ok(Principal::System(SystemJob::Server)),
        ("system:back-channel-logout", _) => Ok(Principal::System(SystemJob::BackChannelLogout)),
        (_, "service-account") => id.parse().map(Principal::ServiceAccount),
        _ => id.parse().map(Principal::User),
    }
}

/// A word that events know, such as `role.create`.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, ParseError> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|_| {
        let text: String = text.chars().take(80).collect();
        ParseError::new(format!(
            "`{}` is no word that events know; copy one from an event",
            text.escape_debug()
        ))
    })
}

/// The word for an action or a kind.
fn spell(word: impl Serialize) -> String {
    let word = serde_json::to_value(word).ok();
    word.as_ref()
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Shows an event. The login is the one of that moment; the present one when it was erased.
pub(in crate::http::api) fn show(recorded: &RecordedEvent, names: Names<'_>) -> wire::AuditEvent {
    let event = &recorded.event;
    let personal = &event.personal;
    let login = personal.login.as_ref();
    let login = login.map(|login| names.login_then(event.actor, login));
    let login = login.or_else(|| names.login(event.actor));
    wire::AuditEvent {
        sequence: recorded.sequence,
        at: Time::of(event.at),
        actor: Actor::show(event.actor, login),
        action: spell(event.action),
        object: wire::AuditObject {
            kind: spell(event.object.kind),
            id: event.object.id.to_string(),
        },
        outcome: match event.outcome {
            Outcome::Allowed => wire::Outcome::Allowed,
            Outcome::Denied => wire::Outcome::Denied,
            Outcome::Failed => wire::Outcome::Failed,
        },
        reasons: event.reasons.iter().map(ToString::to_string).collect(),
        application: event.application.map(|id| names.application(id)),
        request: event.request.map(Id::of),
        address: personal.address.map(|address| address.to_string()),
        user_agent: personal.user_agent.as_ref().map(ToString::to_string),
        repeats: event.repeats.map(|repeats| wire::Repeats {
            since: Time::of(repeats.since),
            count: repeats.count,
        }),
        policy_version: event.policy_version,
        directory_version: event.directory_version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Action;

    #[test]
    fn principals_are_found_as_events_spell_them() {
        let id = "0190a5e2-0000-7000-8000-000000000001";
        let user = Principal::User(id.parse().unwrap());
        for principal in [
            user,
            Principal::LocalOperator,
            Principal::System(SystemJob::Mirror),
        ] {
            assert_eq!(actor(&principal.to_string()).unwrap(), principal);
        }
        assert_eq!(actor(id).unwrap(), user);
        assert!(actor("robert").is_err() && actor("system:x").is_err());
    }

    #[test]
    fn words_of_events_are_read_as_they_are_shown() {
        assert_eq!(
            word::<Action>(&spell(Action::RoleCreate)).unwrap(),
            Action::RoleCreate
        );
        assert!(word::<Action>("role.burn").is_err());
    }
}
