//! The addresses that share a limit: those of one caller, and the wider network around it.
//!
//! One caller is one IPv4 address or 56 bits of IPv6: a provider usually assigns a household one IPv4 address and a /56 of
//! IPv6 (RIPE-690). In a wider IPv4 block one caller could exhaust the limit of unrelated neighbours.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// Bits of an IPv6 address that one subscriber cannot choose.
const IPV6_BITS: u8 = 56;
/// All bits of an IPv4 address.
const IPV4_BITS: u8 = 32;
/// Bits of an IPv6 address that a site is assigned (RIPE-690).
const IPV6_NETWORK_BITS: u8 = 48;
/// The longest IPv4 prefix that is routed on the internet.
const IPV4_NETWORK_BITS: u8 = 24;

/// Addresses that share one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressBlock(IpNet);

impl AddressBlock {
    /// The addresses of one caller. An IPv4-mapped IPv6 address counts as IPv4.
    pub fn of(address: IpAddr) -> Self {
        Self::with_bits(address, (IPV4_BITS, IPV6_BITS))
    }

    /// The network around a caller, which includes neighbours: for counts of events, and for tables that must withstand a
    /// whole network.
    pub fn network_of(address: IpAddr) -> Self {
        Self::with_bits(address, (IPV4_NETWORK_BITS, IPV6_NETWORK_BITS))
    }

    fn with_bits(address: IpAddr, (ipv4, ipv6): (u8, u8)) -> Self {
        let address = address.to_canonical();
        let bits = if address.is_ipv4() { ipv4 } else { ipv6 };
        let network = IpNet::new(address, bits).unwrap_or_else(|_| IpNet::from(address));
        Self(network.trunc())
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_ipv4_address_and_56_bits_of_ipv6_are_one_caller() {
        let of = |text: &str| AddressBlock::of(text.parse().unwrap());
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:ff::2"));
        assert_ne!(of("2001:db8:0:100::1"), of("2001:db8::1"));
        assert_eq!(of("2001:db8:0:1::1").to_string(), "2001:db8::/56");
    }

    #[test]
    fn network_is_24_bits_of_ipv4_and_48_of_ipv6() {
        let of = |text: &str| AddressBlock::network_of(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2::3"), "2001:db8:1::/48");
    }
}
