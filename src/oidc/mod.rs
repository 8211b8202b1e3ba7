//! Sign-in at an OpenID provider (layer 1): discovery, the authorization request, and every check of the response;
//! tokens of workloads and the keys of their issuers.
//!
//! Names no module but `model`. The access token is used once and dropped: it never leaves this module. Must never accept
//! an algorithm, an issuer or an audience because a token or a response names it.

mod code_exchange;
mod discovery;
mod error;
mod http_client;
mod id_token;
mod identity;
mod logout_token;
mod metadata;
mod provider;
mod sign_out;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod vectors_tests;
mod verification_keys;
mod workload;

pub use error::OidcError;
pub use identity::{AuthenticatedIdentity, Groups, GroupsClaim};
pub use logout_token::LogoutToken;
pub use provider::{AuthorizationResponse, FlowSecrets, OidcProvider, Settings};
pub use state::ProviderState;
pub use workload::{Workload, WorkloadError, WorkloadIssuers, WorkloadToken};
