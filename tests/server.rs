//! The server alone with its Gitea: endpoints, command line and stored data, by subject.
//!
//! Gitea is the stand-in, or the real one that `SAMOVAR_TEST_GITEA` names. `cargo test --test server oauth::` runs one
//! subject.

mod api;
mod cli;
mod crash;
mod device;
mod exchange;
mod gitea;
mod main_job;
mod mirror;
mod oauth;
mod sign_in;
mod support;
