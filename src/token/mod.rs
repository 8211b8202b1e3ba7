//! Tokens of Samovar's own (step 2): keys that sign them, what they say, how they are verified and revoked; the machines
//! and grants that get them.
//!
//! May name `store` and step 0. Keeps no secret that could be presented: hashes of machines' secrets, sealed keys, and
//! refresh tokens that are derived anew each time. Never decides what anybody may do.

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

pub use assertion::{ASSERTION_LIFE, Assertion, Listed};
pub use audience::Audience;
pub use claims::{AccessToken, Actor};
pub use codes::{AuthorizationCode, AuthorizationCodes, CodeError, Taken};
pub use devices::{
    Approval, Device, DeviceAuthorizations, DeviceCodeError, Guesser, INTERVAL as DEVICE_INTERVAL,
    LIFE as DEVICE_LIFE, UserCode, UserCodeError, WAIT as USER_CODE_WAIT,
};
pub use error::TokenError;
pub use grants::{GRACE, GrantError, Grants};
pub use jws::{LONGEST as LONGEST_TOKEN, is_access_token};
pub use proxy_secrets::ProxySecrets;
pub use registry::{Machine, Registry};
pub use schedule::{KeyState, PUBLISHED_AGE};
pub use seal::{Seal, SealKey};
pub use services::{Settings, TokenServices, open};
pub use signing_keys::{KeyError, KeyView, SigningKeys};
pub use tokens::{Issued, Tokens};
