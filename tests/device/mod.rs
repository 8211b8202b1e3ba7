//! Device authorization and the command line: the real server, the real command line, and a browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod certificates;
mod credentials_file;
mod lost_responses;
mod person;
mod protocol;
mod relay;
mod terminal;
