//! The request that makes the caller the first administrator.
//!
//! Knows no service. Must never put the code into a response.

use crate::http::api::prelude::*;

/// The one-time code.
pub struct BootstrapCode(pub String);

request! {
    /// A request to become the first administrator.
    Claim for BootstrapCode {
        /// The one-time code that `samovar claim-code` prints on the server.
        code: String,
    } => Self(code)
}
