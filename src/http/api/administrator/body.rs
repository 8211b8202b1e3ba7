//! The claim of the first administrator, in requests.

use crate::http::api::prelude::*;

/// The one-time code.
pub struct ClaimCode(pub String);

request! {
    /// The one-time code that makes the caller the first administrator.
    Claim for ClaimCode {
        /// The output of `samovar claim-code`.
        code: String,
    } => Self(code)
}
