//! Gitea over its API, typed (step 1): reads that either give model types or say why not, in words.
//!
//! May name `model` alone. Never follows a redirect by itself (a redirect is the rename signal), never takes a page or
//! `null` for an empty list, never believes a name, never retries what is not a read, never shows the token.

mod answer;
mod calls;
mod client;
mod error;
mod meaning;
mod paging;
mod token_owner;
mod version;
mod wire;

pub use client::{Asked, Client, Settings};
pub use error::{GiteaError, Kind};
pub use token_owner::{GiteaToken, TokenOwner, TokenOwnerError, TokenOwnerSettings, TokenOwners};
pub use version::Version;
