//! Tests of the test world itself: the stand-in Gitea against recordings of a real one, and the same small world on
//! both. Nothing of Samovar is tested here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod alike;
mod replay;
mod world;

#[path = "../support/mod.rs"]
mod support;
