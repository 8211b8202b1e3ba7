//! The server with products that others made: browsers, generated clients, FastAPI, proxies and Keycloak.
//!
//! `cargo test --test interoperability proxies::` runs one subject.

mod browser;
mod clients;
mod fastapi;
mod providers;
mod proxies;
mod support;
