//! The endpoints over HTTP: they translate requests and answers and never decide. May not name `store`, `gitea` or `oidc`.
//!
//! Only `problem`, and `oauth::answer` for the errors of RFC 6749, map errors to statuses.

pub mod admin_socket;
pub mod api;
pub mod auth;
mod bearer;
mod check_stream;
pub mod checks;
mod client;
mod client_stream;
mod connection_slots;
mod connection_timer;
mod cookie;
pub mod forward_auth;
pub mod framework;
mod gate;
pub mod health;
pub mod listener;
mod log_limit;
pub mod oauth;
mod origin;
mod page;
mod problem;
mod protect;
mod request_body;
mod request_context;
mod requests_in_flight;
pub mod sockets;
pub mod unix_socket;

pub use client::TrustedProxies;
pub use cookie::cookie;
pub use gate::{Gate, KnownCaller, Settings, Surfaces};
pub use log_limit::LogLimit;
pub use problem::{AnswerTarget, Problem, ProblemCode, is_navigation};
pub use request_body::BodyLimits;
pub use request_context::RequestContext;

#[cfg(test)]
mod raw;
