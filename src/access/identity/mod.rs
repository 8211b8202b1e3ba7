//! Who calls, in the words that an application reads: identity headers, and the signed assertion.
//!
//! Pure but for the signature. No decision may depend on what fits into a header: what did not fit is marked, and a list
//! that decisions may rest on (permissions) is there whole or not at all.

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

/// Most bytes of all that is told of a caller: in the identity headers together, and in an assertion.
const LONGEST: usize = 4 * 1024;
