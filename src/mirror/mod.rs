//! The mirror (step 2): who is in which Gitea team, kept in step with Gitea and never older than a stated bound.
//!
//! May name `model`, `audit`, `store` and `gitea`. Must never delete a role or a role binding, and must never take an
//! answer that could not be read for an empty one.

mod bound;
pub mod plan;

pub use bound::{Bound, freshness};
