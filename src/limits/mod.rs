//! Limits on what one caller may take (layer 0): address blocks, a rate limiter, a table with a share for each owner.
//!
//! May name `model` alone. Pure: time is an argument. Every structure has a bound, and a flood loses its own entries first:
//! a limit for all callers together is a way to lock other callers out.

mod address_block;
mod bounded_table;
mod rate_limiter;

pub use address_block::AddressBlock;
pub use bounded_table::BoundedTable;
pub use rate_limiter::RateLimiter;
