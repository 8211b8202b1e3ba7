//! The authorization server as its clients meet it: the real binary, a Gitea, forms and JSON over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod authorize;
mod changed;
mod evaluation;
mod forged;
mod introspect;
mod libraries;
mod machine;
mod repositories;
mod shown;
pub(crate) mod stage;
mod told;
