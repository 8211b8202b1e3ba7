//! The caller as an application reads it: identity headers, and the signed assertion.
//!
//! Pure but for the signature. No decision may depend on what fits into a header: a cut list is marked, and a list
//! that decisions may use (permissions) is complete or absent.

mod assertion;
mod headers;
mod memory;
mod sources;

#[cfg(test)]
mod assertion_tests;
#[cfg(test)]
mod headers_tests;
#[cfg(test)]
mod testing;

pub(super) use assertion::Assertions;
pub(super) use headers::Identities;
pub use headers::IdentityHeaders;
pub(super) use sources::Sources;

/// Maximum of bytes: of all identity headers together, and of an assertion.
const LONGEST: usize = 4 * 1024;
