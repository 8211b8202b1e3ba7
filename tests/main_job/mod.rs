//! The main job, end to end: the real binary, a Gitea (stand-in, or the real one when there is one) and the generated
//! block in a real nginx or Caddy, in front of an application that tells what it was sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod canary;
mod endpoints;
mod outages;
mod people;
mod scene;
mod teams;
mod through_caddy;
