//! The architecture as tests: layers of modules, circles of files, bounds on files and functions, and the map in
//! `src/lib.rs`.

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
