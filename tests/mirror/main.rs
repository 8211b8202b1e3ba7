//! The mirror and its Gitea client against a Gitea: what a person is told when Gitea or the way to it is broken, that
//! nothing mirrored is lost by it, and that losing a team ends what it gave.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod bad_answers;
mod bound;
mod client;
mod membership;
mod names;
mod stage;

#[path = "../support/mod.rs"]
mod support;
