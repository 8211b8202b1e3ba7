//! The mirror (step 2): who is in which Gitea team, kept in step with Gitea and never older than a stated bound.
//!
//! May name `model`, `audit`, `store` and `gitea`. Must never delete a role or a role binding, and must never take an
//! answer that could not be read for an empty one.
//!
//! Three readers (`pass.rs`, `round.rs`, `reread.rs`) ask `questions.rs`, and what they see goes through the pure
//! `plan` into `ledger.rs`: committed with its audit event, then in memory, then the freshness. People of other providers
//! (`elsewhere.rs`) are known by their sign-in alone, unless Gitea says that one of its accounts is theirs.

mod bound;
mod directory;
mod elsewhere;
mod error;
mod flight;
mod health;
mod ledger;
mod pass;
mod plan;
mod planning_copy;
mod questions;
mod queue;
mod records;
mod repository;
mod reread;
mod round;
mod service;
mod stamps;
mod words;
mod work;

pub use elsewhere::Arrival;
pub use error::MirrorError;
pub use health::MirrorState;
pub use ledger::Changed;
pub use pass::PassReport;
pub use service::{Mirror, Settings};

use health::Health;
