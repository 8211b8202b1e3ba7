//! Limits for unauthenticated callers, by address block: a burst, and a rate.
//!
//! An authenticated client is not limited here, so that a flood of others never keeps it out.

use super::OAuthError;
use crate::access::RequestOrigin;
use crate::limits::{AddressBlock, RateLimiter};
use crate::model::Timestamp;
use std::time::Duration;

/// A limit for each address block.
pub(super) struct BlockLimiter(RateLimiter<Option<AddressBlock>>);

impl BlockLimiter {
    /// Takes one request; an error when there are too many.
    pub(super) fn take(&self, origin: &RequestOrigin, now: Timestamp) -> Result<(), OAuthError> {
        let taken = self.0.take(origin.address.map(AddressBlock::of), now);
        taken.map_err(OAuthError::TooMany)
    }
}

/// The limits of the authorization server.
pub(super) struct OAuthLimits {
    /// Token exchanges, for which Gitea or an issuer may be asked.
    pub exchanges: BlockLimiter,
    /// Failed authentications of clients.
    pub failed_authentications: BlockLimiter,
    /// Device authorization requests (RFC 8628 section 3.1).
    pub device_requests: BlockLimiter,
}

impl OAuthLimits {
    /// With nothing used.
    pub(super) fn new() -> Self {
        let limiter =
            |burst, millis| BlockLimiter(RateLimiter::new(burst, Duration::from_millis(millis)));
        Self {
            exchanges: limiter(120, 500),
            failed_authentications: limiter(60, 1000),
            device_requests: limiter(20, 6000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_request_has_its_burst_and_its_rate() {
        let at = |millis| Timestamp::from_millis(1_800_000_000_000 + millis);
        let block = Some(AddressBlock::of("192.0.2.1".parse().unwrap()));
        let limits = OAuthLimits::new();
        let limiters = [
            (limits.exchanges, 120, 500),
            (limits.failed_authentications, 60, 1000),
            (limits.device_requests, 20, 6000),
        ];
        for (BlockLimiter(limiter), at_once, each) in limiters {
            for _ in 0..at_once {
                limiter.take(block, at(0)).unwrap();
            }
            let wait = limiter.take(block, at(0)).unwrap_err();
            assert_eq!(wait, Duration::from_millis(each));
            limiter.take(None, at(0)).unwrap();
            limiter
                .take(block, at(i64::try_from(each).unwrap()))
                .unwrap();
        }
    }
}
