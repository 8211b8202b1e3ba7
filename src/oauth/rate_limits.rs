//! What strangers may cost, by address block: so much at once, and more with time.
//!
//! Whoever proves to be a client is no stranger. What one stranger costs must never keep out anybody who can prove it.

use super::client_authentication::AuthenticatedClient;
use super::{AuthorizationServer, OAuthError, RequestOrigin};
use crate::limits::{AddressBlock, RateLimiter};
use std::time::Duration;

/// Exchanges for which Gitea or an issuer may be asked.
pub(super) fn exchanges() -> RateLimiter<Option<AddressBlock>> {
    RateLimiter::new(120, Duration::from_millis(500))
}

/// Wrong proofs of a client.
pub(super) fn wrong_proofs() -> RateLimiter<Option<AddressBlock>> {
    RateLimiter::new(60, Duration::from_secs(1))
}

/// Devices that begin to be let in.
pub(super) fn devices() -> RateLimiter<Option<AddressBlock>> {
    RateLimiter::new(20, Duration::from_secs(6))
}

impl AuthorizationServer {
    /// Somebody else is about to be asked for whoever sends the request.
    pub(super) fn spend_exchange(
        &self,
        party: &AuthenticatedClient,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        if party.proved() {
            return Ok(());
        }
        self.spend(&self.exchanges, origin)
    }

    /// Somebody proved nothing: the fault of one who does so all the time.
    pub(super) fn spend_wrong_proof(&self, origin: &RequestOrigin) -> Result<(), OAuthError> {
        self.spend(&self.wrong_proofs, origin)
    }

    /// A device begins to be let in.
    pub(super) fn spend_device(&self, origin: &RequestOrigin) -> Result<(), OAuthError> {
        self.spend(&self.beginning_devices, origin)
    }

    fn spend(
        &self,
        limiter: &RateLimiter<Option<AddressBlock>>,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        let block = origin.address.map(AddressBlock::of);
        let taken = limiter.take(block, self.clock.now());
        taken.map_err(OAuthError::TooMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn each_kind_of_request_has_its_burst_and_its_rate() {
        let at = |millis| Timestamp::from_millis(1_800_000_000_000 + millis);
        let block = Some(AddressBlock::of("192.0.2.1".parse().unwrap()));
        let limiters = [
            (exchanges(), 120, 500),
            (wrong_proofs(), 60, 1000),
            (devices(), 20, 6000),
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
