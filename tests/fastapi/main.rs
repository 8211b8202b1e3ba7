//! The FastAPI module of `packaging/fastapi`: typed, clean, and tested by itself against an issuer in Python.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod module;

#[path = "../support/mod.rs"]
mod support;
