//! The audit log's data (layer 0): events, their fixed leaf format, the Merkle tree, windows that count repeats.
//!
//! Pure: no I/O, no clock, no randomness, no async. May name `model` alone. A leaf format never
//! changes: logs that were verified once must verify again.

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
pub use window::{ClosedWindow, RepeatWindows, WindowOutcome};
