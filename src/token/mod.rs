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
mod fault;
mod grants;
mod jws;
mod key_pair;
mod machines;
mod opening;
mod proxy_secrets;
mod revocations;
mod schedule;
mod seal;
mod signing_keys;
mod tokens;

#[cfg(test)]
pub(crate) mod testing;

pub use assertion::{ASSERTION_LIFE, Assertion, Listed};
pub use audience::Audience;
pub use claims::{AccessToken, Actor};
pub use codes::{CodeFault, Coded, Codes, Taken};
pub use devices::{
    Approval, Device, DeviceFault, Devices, Guesser, INTERVAL as DEVICE_INTERVAL,
    LIFE as DEVICE_LIFE, UserCode, UserCodeFault, WAIT as USER_CODE_WAIT,
};
pub use fault::TokenFault;
pub use grants::{GRACE, GrantFault, Grants};
pub use jws::{LONGEST as LONGEST_TOKEN, is_access_token};
pub use machines::{Machine, Machines};
pub use opening::{Opened, Settings, open};
pub use proxy_secrets::ProxySecrets;
pub use schedule::{KeyState, PUBLISHED_AGE};
pub use seal::{Seal, SealKey};
pub use signing_keys::{KeyError, KeyView, SigningKeys};
pub use tokens::{Issued, Tokens};
