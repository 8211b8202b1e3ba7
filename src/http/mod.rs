//! Doors over HTTP (step 5): they translate and never decide. May not name `store`, `gitea` or `oidc`.
//!
//! Only `problem.rs` knows which status an error has.

pub mod api;
mod page;
mod problem;

pub use problem::{Asker, Code, Problem, is_navigation};
