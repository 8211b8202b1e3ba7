//! Sign-in as browsers meet it: the stand-in Gitea, the endpoints behind the real gate and listener, a small browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod applications;
mod back_channel;
mod external_users;
mod flows;
mod okta;
mod provider;
mod several;
mod sign_out;
mod stage;
