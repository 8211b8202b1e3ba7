//! The mirror and its Gitea client against a Gitea: errors say what to do, an outage loses no mirrored facts, and losing a
//! team ends access.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

mod bad_answers;
mod client;
mod membership;
mod names;
mod readers;
mod test_mirror;
