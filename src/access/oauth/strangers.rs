//! What strangers may cost, by network: so much at once, and more with time.
//!
//! Whoever proves to be a client is no stranger. What one stranger costs must never keep out anybody who can prove it.

use super::party::Party;
use super::{AuthorizationServer, OAuthFault, Requester};
use crate::access::pace::Pace;
use ipnet::IpNet;
use std::net::IpAddr;
use std::time::Duration;

/// Exchanges for which Gitea or an issuer may be asked.
pub(super) fn exchanges() -> Pace<Option<IpNet>> {
    Pace::new(120, Duration::from_millis(500))
}

/// Wrong proofs of a client.
pub(super) fn wrong_proofs() -> Pace<Option<IpNet>> {
    Pace::new(60, Duration::from_secs(1))
}

/// Devices that begin to be let in.
pub(super) fn devices() -> Pace<Option<IpNet>> {
    Pace::new(20, Duration::from_secs(6))
}

/// What one stranger has: an address of version 4, 64 bits of version 6.
fn network(address: IpAddr) -> Option<IpNet> {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, bits).ok().map(|net| net.trunc())
}

impl AuthorizationServer {
    /// Somebody else is about to be asked for whoever sends the request.
    pub(super) fn spend_exchange(
        &self,
        party: &Party,
        requester: &Requester,
    ) -> Result<(), OAuthFault> {
        if party.proved() {
            return Ok(());
        }
        self.spend(&self.exchanges, requester)
    }

    /// Somebody proved nothing: the fault of one who does so all the time.
    pub(super) fn spend_wrong_proof(&self, requester: &Requester) -> Result<(), OAuthFault> {
        self.spend(&self.wrong_proofs, requester)
    }

    /// A device begins to be let in.
    pub(super) fn spend_device(&self, requester: &Requester) -> Result<(), OAuthFault> {
        self.spend(&self.beginning_devices, requester)
    }

    fn spend(&self, pace: &Pace<Option<IpNet>>, requester: &Requester) -> Result<(), OAuthFault> {
        let network = requester.remote.address.and_then(network);
        let taken = pace.take(network, self.clock.now());
        taken.map_err(OAuthFault::TooMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn an_address_of_version_4_is_a_stranger_and_so_are_64_bits_of_version_6() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
        assert_eq!(of("2001:db8::ffff:1"), of("2001:db8::1"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8::1"));
    }

    #[test]
    fn there_are_120_exchanges_at_once_then_two_a_second_and_60_wrong_secrets_then_one_and_20_devices()
     {
        let at = |millis| Timestamp::from_millis(1_800_000_000_000 + millis);
        let network = network("192.0.2.1".parse().unwrap());
        let paces = [
            (exchanges(), 120, 500),
            (wrong_proofs(), 60, 1000),
            (devices(), 20, 6000),
        ];
        for (pace, at_once, each) in paces {
            for _ in 0..at_once {
                pace.take(network, at(0)).unwrap();
            }
            let wait = pace.take(network, at(0)).unwrap_err();
            assert_eq!(wait, Duration::from_millis(each));
            pace.take(None, at(0)).unwrap();
            pace.take(network, at(i64::try_from(each).unwrap()))
                .unwrap();
        }
    }
}
