//! Samovar's own tokens (layer 2): signing keys, claims, verification and revocation; service accounts, clients and grants;
//! authorization codes and device codes.
//!
//! May name `store` and layer 0. Keeps no credential: hashes of machine secrets, sealed keys, and a key from which refresh
//! tokens are derived. Must never decide what a principal may do.

mod assertion;
mod audience;
mod claims;
mod codes;
mod devices;
mod error;
mod grants;
mod jws;
mod key_pair;
mod proxy_secrets;
mod registry;
mod revocations;
mod schedule;
mod seal;
mod services;
mod signing_keys;
mod tokens;

#[cfg(test)]
pub(crate) mod testing;

pub use assertion::{ASSERTION_LIFETIME, Assertion, ListClaim};
pub use audience::Audience;
pub use claims::{AccessToken, Actor, TokenClaims};
pub use codes::{AuthorizationCode, AuthorizationCodes, CodeError, CodeReceipt};
pub use devices::{
    Approval, Approver, Device, DeviceAuthorizations, DeviceCodeError,
    GUESS_INTERVAL as USER_CODE_INTERVAL, LIFETIME as DEVICE_CODE_LIFETIME,
    POLL_INTERVAL as DEVICE_POLL_INTERVAL, UserCode, UserCodeError,
};
pub use error::TokenError;
pub use grants::{GrantError, Grants, ROTATION_GRACE};
pub use jws::{MAX_TOKEN_BYTES, is_access_token};
pub use proxy_secrets::ProxySecrets;
pub use registry::{Machine, Registry};
pub use schedule::{KEY_CACHE_AGE, KeyState};
pub use seal::{Seal, SealKey};
pub use services::{Settings, TokenServices, open};
pub use signing_keys::{KeyError, KeyView, SigningKeys};
pub use tokens::{IssuedToken, Tokens};
