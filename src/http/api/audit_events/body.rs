//! Audit events in responses.

use crate::audit::{self, Outcome, RecordedEvent};
use crate::http::api::prelude::*;
use crate::model::{RequestId, Timestamp};
use serde::Serialize;
use serde_json::Value;

response! {
    /// The object of an action.
    AuditObject(object: &audit::Object) {
        /// Such as `role-binding` or `route`.
        kind: String = spelling(object.kind),
        /// Its id; for a route its methods, pattern and parameters.
        id: String = object.id.to_string(),
    }
}

response! {
    /// How often the same happened again in a window.
    Repeats(repeats: audit::Repeats) {
        /// When the window opened.
        since: Timestamp = repeats.since,
        /// Repeats, without the first.
        count: u64 = repeats.count,
    }
}

response! {
    /// Who did what to which object, when, from where, and the outcome.
    AuditEvent(recorded: &RecordedEvent, names: &Names) {
        /// Its place in the log, from 0.
        sequence: u64 = recorded.sequence,
        /// When.
        at: Timestamp = recorded.event.at,
        /// Who.
        actor: Actor = Actor::new(recorded.event.actor, login(&recorded.event, names)),
        /// What, such as `role-binding.create`.
        action: String = spelling(recorded.event.action),
        /// To which object.
        object: AuditObject = AuditObject::new(&recorded.event.object),
        /// The outcome.
        outcome: Outcome = recorded.event.outcome,
        /// Why.
        reasons: Vec<String> = texts(&recorded.event.reasons),
        /// The application of the request.
        application: Option<Reference> = recorded.event.application.map(|id| names.application(id)),
        /// Id of the request in which it happened.
        request: Option<RequestId> = recorded.event.request,
        /// The client's address.
        address: Option<String> = recorded.event.personal.address.map(|address| address.to_string()),
        /// The client's user agent.
        user_agent: Option<String> = recorded.event.personal.user_agent.as_ref().map(ToString::to_string),
        /// Set when the event counts repeats of an earlier one.
        repeats: Option<Repeats> = recorded.event.repeats.map(Repeats::new),
        /// Version of the policy that decided.
        policy_version: u64 = recorded.event.policy_version,
        /// Version of the directory that decided.
        directory_version: u64 = recorded.event.directory_version,
    }
}

/// The login at that moment, or the present one when it was erased.
fn login(event: &audit::AuditEvent, names: &Names) -> Option<String> {
    let login = event.personal.login.as_ref();
    let login = login.map(|login| names.earlier_login(event.actor, login));
    login.or_else(|| names.login(event.actor))
}

/// The spelling of an action or a kind of object in events.
pub fn spelling(word: impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}
