//! Limits per caller (layer 0): address blocks, a rate limiter, a table with a bound for each owner, and values that can be
//! taken once.
//!
//! May name `model` alone. Pure: time and random source are arguments. Every structure has a bound, and a flood loses its own
//! entries first, because one caller could use up a limit for all callers and lock the others out.

mod address_block;
mod bounded_table;
mod one_time;
mod rate_limiter;

pub use address_block::AddressBlock;
pub use bounded_table::BoundedTable;
pub use one_time::{OneTime, OneTimeError, OneTimeLimits};
pub use rate_limiter::RateLimiter;
