//! The FastAPI package of `packaging/fastapi`, installed from the wheel that Samovar serves: typed, clean, tested by itself
//! against an issuer in Python; and its example, served by uvicorn, against the real Samovar.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests end the test when they meet what they do not expect"
)]

mod decisions;
mod docs_page;
mod environments;
mod gitea_tokens;
mod package;
mod stage;
mod through_nginx;
mod tokens;
