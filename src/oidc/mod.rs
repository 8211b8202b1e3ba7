//! Sign-in at an OpenID provider (step 1): discovery, the way there, and every check of what comes back; tokens of
//! workloads and the keys of their issuers.
//!
//! May name `model` alone. The access token is used once and dropped here: it is never given to anybody. Must never
//! accept an algorithm, an issuer or an audience because a token or an answer says so.

mod discovery;
mod error;
mod finish;
#[cfg(test)]
mod forge;
mod keys;
mod leave;
mod logout;
mod metadata;
mod outgoing;
mod person;
mod provider;
mod state;
#[cfg(test)]
mod vectors_tests;
mod verify;
mod workload;

pub use error::OidcError;
pub use logout::LogoutToken;
pub use person::{Groups, GroupsClaim, GroupsFrom, SignedIn};
pub use provider::{Answer, FlowSecrets, Provider, Settings};
pub use state::ProviderState;
pub use workload::{Workload, WorkloadError, WorkloadIssuers, WorkloadToken};
