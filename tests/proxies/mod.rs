//! The generated blocks in a real nginx and a real Caddy, before an application that tells what reached it.
//!
//! Samovar's gate and endpoints run in process on a real socket; a policy decides, with a fixed directory of people.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it does not expect must end"
)]

mod behind;
mod echo;
mod hypercorn;
mod packaged;
mod passing;
mod people;
mod spoofing;
mod stage;
mod targets;
mod upgrades;
