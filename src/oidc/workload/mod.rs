//! Tokens of workloads, such as CI jobs, which an issuer signs that a service account trusts.
//!
//! Parses and verifies tokens. Must never use a claim before the signature is verified, and never verify by anything but
//! a published key of the issuer. Which service account a workload acts as is not decided here.

mod error;
mod issuer_key;
mod issuers;
mod members;
mod token;

pub use error::WorkloadError;
pub use issuers::WorkloadIssuers;
#[cfg(test)]
pub(super) use token::is_signed;
pub use token::{Workload, WorkloadToken};
