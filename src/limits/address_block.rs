//! The addresses that count as one caller: one IPv4 address, 56 bits of IPv6.
//!
//! Knows networks. A provider gives a household one IPv4 address and usually a /56 of IPv6 (RIPE-690), from which it can send
//! as it likes. A wider IPv4 block would hold neighbours who have nothing to do with each other, so that one could use up
//! what belongs to the other.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// Bits of an IPv6 address that one subscriber cannot choose.
const IPV6_BITS: u8 = 56;
/// All bits of an IPv4 address.
const IPV4_BITS: u8 = 32;

/// Addresses that share one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressBlock(IpNet);

impl AddressBlock {
    /// The block of an address. An IPv4 address inside IPv6 counts as itself.
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let bits = if address.is_ipv4() {
            IPV4_BITS
        } else {
            IPV6_BITS
        };
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
}
