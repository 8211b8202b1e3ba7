//! Audit events in responses.
//!
//! May read recorded events and current names. Must never change an event or its spelling.

use crate::audit::{self, Outcome, RecordedEvent};
use crate::http::api::prelude::*;
use crate::model::{RequestId, Timestamp};
use serde::Serialize;
use serde_json::Value;

response! {
    /// The object of an action.
    AuditObject(object: &audit::Object) {
        /// The kind of the object, such as `role-binding` or `route`.
        kind: String = spelling(object.kind),
        /// The id of the object; for a route, its methods, pattern and parameters.
        id: String = object.id.to_string(),
    }
}

response! {
    /// The repeats of an event in a window.
    Repeats(repeats: audit::Repeats) {
        /// The start of the window.
        since: Timestamp = repeats.since,
        /// The number of repeats, without the first occurrence.
        count: u64 = repeats.count,
    }
}

response! {
    /// An event of the audit log.
    AuditEvent(recorded: &RecordedEvent, names: &Names) {
        /// The position of the event in the log, counted from 0.
        sequence: u64 = recorded.sequence,
        /// When the event happened.
        at: Timestamp = recorded.event.at,
        /// The principal that acted.
        actor: Actor = Actor::new(recorded.event.actor, login(&recorded.event, names)),
        /// The action, such as `role-binding.create`.
        action: String = spelling(recorded.event.action),
        /// The object of the action.
        object: AuditObject = AuditObject::new(&recorded.event.object),
        /// The outcome of the action.
        outcome: Outcome = recorded.event.outcome,
        /// The reasons of the decision, in their order; empty if there are none.
        reasons: Vec<String> = texts(&recorded.event.reasons),
        /// The application of the request; absent if the event concerns no request to an application.
        application: Option<Reference> = recorded.event.application.map(|id| names.application(id)),
        /// The id of the request in which the event happened; absent if it happened outside of a request.
        request: Option<RequestId> = recorded.event.request,
        /// The IP address of the client; absent if there is no client or the address was erased.
        address: Option<String> = recorded.event.personal.address.map(|address| address.to_string()),
        /// The `User-Agent` of the client; absent if there is none or it was erased.
        user_agent: Option<String> = recorded.event.personal.user_agent.as_ref().map(ToString::to_string),
        /// The counted repeats of an earlier event; absent for every other event.
        repeats: Option<Repeats> = recorded.event.repeats.map(Repeats::new),
        /// The version of the policy that was in force.
        policy_version: u64 = recorded.event.policy_version,
        /// The version of the directory that was in use.
        directory_version: u64 = recorded.event.directory_version,
    }
}

/// The login at the time of the event, or the current login if that was erased.
fn login(event: &audit::AuditEvent, names: &Names) -> Option<String> {
    let login = event.personal.login.as_ref();
    let login = login.map(|login| names.earlier_login(event.actor, login));
    login.or_else(|| names.login(event.actor))
}

/// The spelling of an action or kind of object in events.
pub fn spelling(word: impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}
