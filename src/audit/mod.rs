//! The audit log's forms (step 0): the event, its fixed leaf, the Merkle tree, the windows that count repeats.
//!
//! Pure: no I/O, no clock, no randomness, no async. May name `model` alone. Never changes a byte of a leaf format once
//! written: what an outsider verified yesterday must verify tomorrow.

mod builder;
mod canonical;
mod event;
mod leaf;
mod query;
mod tree;
mod window;

pub use event::{
    Action, AuditEvent, Object, ObjectKind, Outcome, PersonalFields, Repeats, Versions,
};
pub use leaf::{Leaf, LeafError, Salt};
pub use query::{EventPage, EventQuery, RecordedEvent};
pub use tree::{Frontier, FrontierError, TreeHash};
pub use window::{Closed, Seen, Windows};
