//! Limits of what unauthenticated callers may cost, by address block: so much at once, and more with time.
//!
//! An authenticated client is not limited here, so that a flood of others never keeps it out.

use crate::access::RequestOrigin;
use crate::limits::{AddressBlock, RateLimiter};
use crate::model::Timestamp;
use std::time::Duration;

type BlockLimiter = RateLimiter<Option<AddressBlock>>;

/// The limits of the authorization server.
pub(super) struct OAuthLimits {
    exchanges: BlockLimiter,
    failed_authentications: BlockLimiter,
    device_requests: BlockLimiter,
}

impl OAuthLimits {
    /// With nothing used.
    pub(super) fn new() -> Self {
        Self {
            exchanges: RateLimiter::new(120, Duration::from_millis(500)),
            failed_authentications: RateLimiter::new(60, Duration::from_secs(1)),
            device_requests: RateLimiter::new(20, Duration::from_secs(6)),
        }
    }

    /// An exchange, for which Gitea or an issuer may be asked; otherwise how long to wait.
    pub(super) fn take_exchange(
        &self,
        origin: &RequestOrigin,
        now: Timestamp,
    ) -> Result<(), Duration> {
        take(&self.exchanges, origin, now)
    }

    /// A failed authentication of a client.
    pub(super) fn take_failed_authentication(
        &self,
        origin: &RequestOrigin,
        now: Timestamp,
    ) -> Result<(), Duration> {
        take(&self.failed_authentications, origin, now)
    }

    /// A device authorization request (RFC 8628 section 3.1).
    pub(super) fn take_device_request(
        &self,
        origin: &RequestOrigin,
        now: Timestamp,
    ) -> Result<(), Duration> {
        take(&self.device_requests, origin, now)
    }
}

fn take(limiter: &BlockLimiter, origin: &RequestOrigin, now: Timestamp) -> Result<(), Duration> {
    limiter.take(origin.address.map(AddressBlock::of), now)
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
        for (limiter, at_once, each) in limiters {
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
