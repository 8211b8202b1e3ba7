//! Queries of the audit log, and their pages, newest first.
//!
//! A page never exceeds its bound and never has an erased personal field.

use super::{Action, AuditEvent, ObjectKind, Outcome};
use crate::model::{ApplicationId, DisplayText, Principal, Timestamp};

/// A filter of events; an absent field matches every event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventQuery {
    /// Who did it.
    pub actor: Option<Principal>,
    /// The kind of its object.
    pub object: Option<ObjectKind>,
    /// The id of its object.
    pub object_id: Option<DisplayText>,
    /// The application of the request.
    pub application: Option<ApplicationId>,
    /// What was done.
    pub action: Option<Action>,
    /// The outcome.
    pub outcome: Option<Outcome>,
    /// At this instant or later.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Before this place in the log: the `next` of the previous page.
    pub before: Option<u64>,
    /// Events in a page; clamped to 1 to [`Self::MAX_PAGE_EVENTS`].
    pub limit: usize,
}

impl EventQuery {
    /// The most events in a page.
    pub const MAX_PAGE_EVENTS: usize = 200;

    /// True if the event matches the filter. Ignores `before` and `limit`.
    pub fn matches(&self, event: &AuditEvent) -> bool {
        self.actor.is_none_or(|actor| actor == event.actor)
            && self.object.is_none_or(|kind| kind == event.object.kind)
            && self
                .object_id
                .as_ref()
                .is_none_or(|id| *id == event.object.id)
            && self
                .application
                .is_none_or(|id| Some(id) == event.application)
            && self.action.is_none_or(|action| action == event.action)
            && self.outcome.is_none_or(|outcome| outcome == event.outcome)
            && self.from.is_none_or(|from| event.at >= from)
            && self.to.is_none_or(|to| event.at < to)
    }
}

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place, from 0.
    pub sequence: u64,
    /// The event; its personal fields are empty if they were erased.
    pub event: AuditEvent,
    /// True if the personal fields were erased.
    pub erased: bool,
}

/// A page of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// The events.
    pub events: Vec<RecordedEvent>,
    /// `before` of the next page; absent on the last page. A page can be short and have a next one.
    pub next: Option<u64>,
}
