//! Devices and terminals: the real server, the real command line, a browser between them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod between;
mod files;
mod lost;
mod person;
mod terminal;
mod trust;
mod wire;

#[path = "../oauth/stage.rs"]
#[expect(dead_code, reason = "this binary uses a part of it")]
mod stage;
#[path = "../support/mod.rs"]
mod support;
