//! Tests of the stand-in for Gitea: against recordings of a real Gitea, and with the same small world on both. Samovar
//! itself is not tested here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

mod comparison;
mod replay;
mod world;
