//! What can be asked of the audit log, and what it answers: newest first, in pages.
//!
//! Pure forms. Must never answer more than a page's bound, and never a personal field that was erased.

use super::{Action, AuditEvent, ObjectKind, Outcome};
use crate::model::{ApplicationId, DisplayText, Principal, Timestamp};

/// Which events; a field that is absent asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventQuery {
    /// Who did it.
    pub actor: Option<Principal>,
    /// What kind of thing it was done to.
    pub object: Option<ObjectKind>,
    /// Exactly which thing.
    pub object_id: Option<DisplayText>,
    /// Which application was asked for.
    pub application: Option<ApplicationId>,
    /// What was done.
    pub action: Option<Action>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Not earlier than this.
    pub from: Option<Timestamp>,
    /// Earlier than this.
    pub to: Option<Timestamp>,
    /// Only events before this place in the log: the `next` of the page before.
    pub before: Option<u64>,
    /// Events in a page; at least 1 and at most [`Self::LARGEST_PAGE`] are given.
    pub limit: usize,
}

impl EventQuery {
    /// The most events that one page holds.
    pub const LARGEST_PAGE: usize = 200;

    /// Is this event among those asked for, place and page apart?
    pub fn asks_for(&self, event: &AuditEvent) -> bool {
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
    /// Its place; the first is 0.
    pub sequence: u64,
    /// What happened; the personal fields are empty when they were erased.
    pub event: AuditEvent,
    /// Were the personal fields erased?
    pub erased: bool,
}

/// A page of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// The events.
    pub events: Vec<RecordedEvent>,
    /// Where to go on, as `before`; absent when nothing is left. A page can be short and still have a next one.
    pub next: Option<u64>,
}
