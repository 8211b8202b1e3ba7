//! Typed requests to Gitea's API (layer 1): each returns model types, or an error that says what to do.
//!
//! May name `model` and `outgoing`. Never follows a redirect by itself (a redirect reports a rename), never takes a web
//! page or `null` for an empty list, never identifies an account by its name, never retries a write, never shows the
//! token.

mod calls;
mod client;
mod dto;
mod error;
mod error_kind;
mod paging;
mod response;
mod token_owner;
mod version;

pub use client::{GiteaClient, Settings, TimedAnswer};
pub use error::GiteaError;
pub use error_kind::GiteaErrorKind;
pub use token_owner::{
    GiteaTokenKind, TokenOwner, TokenOwnerError, TokenOwnerLookup, TokenOwnerSettings,
};
pub use version::GiteaVersion;
