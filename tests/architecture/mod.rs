//! The architecture as tests: layers of modules, circles of files, bounds on files and functions, and the map in
//! `src/lib.rs`; the same for the web UI in `ui`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

mod circles;
mod email;
mod layers;
mod source;
mod ui;
