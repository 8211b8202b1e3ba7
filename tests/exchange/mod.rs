//! Token exchange: the real Samovar, a Gitea (the stand-in, or the real one that `SAMOVAR_TEST_GITEA` names), a stand-in
//! for issuers of workload tokens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test helpers fail by panicking"
)]

mod application_names;
mod gitea_tokens;
mod own_tokens;
mod rate_limits;
mod request;
mod stage;
mod workload_tokens;
mod workload_verification;
