//! The API as a whole: its document is pinned, and every operation in it is walked through, in process, behind the
//! real gate and over a real store.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail by panicking"
)]

mod access;
mod audit;
mod delegation;
mod document;
mod explain;
mod floods;
mod garbage;
mod objects;
mod operations;
mod proxy_secrets;
mod recipes;
mod secrets;
mod versions;
mod wiring;
mod world;
