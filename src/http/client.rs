//! The address of the client: the peer of the connection, or the client behind trusted proxies.
//!
//! Knows networks and `X-Forwarded-For`. Must never trust a header of an untrusted peer.

use ipnet::IpNet;
use poem::http::{HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Networks of proxies whose forwarded headers are trusted.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts the proxies in these networks.
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Is this the address of a trusted proxy? An IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: from the right of the forwarded chain, the first one that is not a trusted proxy.
    ///
    /// A peer without an address is a proxy on a Unix socket, which is trusted.
    pub(super) fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut client = peer.map(|peer| peer.to_canonical());
        for hop in chain_from_the_right(headers) {
            // Hops left of an untrusted address were written by an untrusted peer.
            let trusted = client.is_none_or(|client| self.contains(client));
            let Some(address) = hop.filter(|_| trusted) else {
                break;
            };
            client = Some(address);
        }
        client
    }
}

fn chain_from_the_right(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> + '_ {
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    // A line that is not text reads as one hop without an address.
    let lines = lines.map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.rsplit(',').map(|hop| address(hop.trim())))
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let with_port = || text.parse::<SocketAddr>().map(|socket| socket.ip());
    let address = bare.unwrap_or(text).parse().or_else(|_| with_port());
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, chain: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "127.0.0.1/32", "::1/128"].map(|n| n.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in chain {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = TrustedProxies::new(trusted.to_vec());
        let client = trusted.client(peer.parse().ok(), &headers);
        client.map_or_else(|| "none".to_owned(), |client| client.to_string())
    }

    #[test]
    fn a_unix_socket_is_the_nearest_trusted_proxy() {
        assert_eq!(client("", &[]), "none");
        assert_eq!(client("", &["6.6.6.6, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("", &["198.51.100.7, 10.1.2.3"]), "198.51.100.7");
        assert_eq!(client("", &["unknown"]), "none");
    }

    #[test]
    fn untrusted_peer_is_the_client_whatever_it_sends() {
        assert_eq!(client("192.0.2.1", &["127.0.0.1"]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &[]), "192.0.2.1");
    }

    #[test]
    fn the_chain_is_read_from_the_right_through_trusted_proxies_only() {
        assert_eq!(client("127.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            client("127.0.0.1", &["127.0.0.1, 198.51.100.7, 10.1.2.3"]),
            "198.51.100.7"
        );
        assert_eq!(
            client("127.0.0.1", &["6.6.6.6", "198.51.100.7", "10.1.2.3"]),
            "198.51.100.7"
        );
        assert_eq!(client("::ffff:127.0.0.1", &["::ffff:10.0.0.9"]), "10.0.0.9");
    }

    #[test]
    fn ports_and_brackets_are_ignored() {
        assert_eq!(client("::1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(client("::1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client("::1", &["[2001:db8::1]"]), "2001:db8::1");
    }

    #[test]
    fn invalid_hop_ends_the_chain_at_the_proxy_that_wrote_it() {
        assert_eq!(client("127.0.0.1", &["unknown"]), "127.0.0.1");
        assert_eq!(
            client("127.0.0.1", &["198.51.100.7, _x, 10.0.0.2"]),
            "10.0.0.2"
        );
        assert_eq!(client("127.0.0.1", &["198.51.100.7, "]), "127.0.0.1");
    }
}
