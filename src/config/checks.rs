//! Checks of several keys together. Each is skipped while one of its keys has no valid value.

use super::key::KeyPath;
use super::parse::from_text;
use super::raw::{RawConfig, integer};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use url::Url;

const EXTERNAL_URL: KeyPath<'_> = KeyPath::new("server", "external_url");
const LISTEN: KeyPath<'_> = KeyPath::new("server", "listen");
const FORWARD_AUTH_LISTEN: KeyPath<'_> = KeyPath::new("server", "forward_auth_listen");
const TRUSTED_PROXIES: KeyPath<'_> = KeyPath::new("server", "trusted_proxies");

pub(super) fn check(raw: &mut RawConfig<'_>) {
    check_own_host(raw);
    let listen = addresses(raw, LISTEN);
    let forward_auth = addresses(raw, FORWARD_AUTH_LISTEN);
    if let Some(address) = forward_auth.iter().find(|address| listen.contains(address)) {
        let message = format!(
            "`{address}` is also in server.listen; give forward-auth an address of its own, on which nothing else is served"
        );
        raw.error(FORWARD_AUTH_LISTEN, message);
    }
    let proxies = raw.parsed(TRUSTED_PROXIES, from_text::<IpNet>);
    if let Some(proxies) = proxies {
        check_proxies_reach(raw, LISTEN, &listen, &proxies);
        check_proxies_reach(raw, FORWARD_AUTH_LISTEN, &forward_auth, &proxies);
        check_width(raw, &proxies);
    }
    check_unique(
        raw,
        "id",
        "is the id of another provider; choose one of its own",
    );
    let message = "is the source of another provider too; one of them is not that source";
    check_unique(raw, "gitea_source_id", message);
}

fn check_own_host(raw: &mut RawConfig<'_>) {
    let origin = |path| {
        let url = raw.parsed(path, from_text::<Url>);
        url?.first().map(Url::origin)
    };
    let own = origin(EXTERNAL_URL);
    if own.is_some() && own == origin(KeyPath::new("gitea", "url")) {
        let message = "is the address of gitea itself; give Samovar a host of its own";
        raw.error(EXTERNAL_URL, message);
    }
}

/// The addresses with a port; none while an entry of the list does not parse.
fn addresses(raw: &RawConfig<'_>, path: KeyPath<'_>) -> Vec<SocketAddr> {
    let addresses = raw.parsed(path, |text| match text.strip_prefix("unix:") {
        Some(_) => Some(None),
        None => text.parse().ok().map(Some),
    });
    addresses.into_iter().flatten().flatten().collect()
}

/// These addresses serve plain HTTP, and a trusted proxy states the client's address.
fn check_proxies_reach(
    raw: &mut RawConfig<'_>,
    path: KeyPath<'_>,
    addresses: &[SocketAddr],
    proxies: &[IpNet],
) {
    let mut remote = addresses
        .iter()
        .filter(|address| !address.ip().is_loopback());
    let has_proxy = proxies.iter().any(|network| !network.addr().is_loopback());
    if let (Some(address), false) = (remote.next(), has_proxy) {
        let message = format!(
            "`{address}` is plain http that other machines reach, and server.trusted_proxies names no proxy on another machine; name its network there, or listen on a loopback address"
        );
        raw.error(path, message);
    }
}

fn check_width(raw: &mut RawConfig<'_>, proxies: &[IpNet]) {
    for network in proxies.iter().filter(|network| is_too_wide(network)) {
        let message = format!(
            "`{network}` is too large: every machine in it could forge a client's address; name the proxies' own networks, at most a /8 of IPv4 or a /16 of IPv6"
        );
        raw.error(TRUSTED_PROXIES, message);
    }
}

/// Wider than the largest networks that are private as a whole: `10.0.0.0/8`, and `fc00::/7` (RFC 4193).
fn is_too_wide(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => {
            let private = network.prefix_len() >= 7 && network.addr().is_unique_local();
            network.prefix_len() < 16 && !private && !network.addr().is_unicast_link_local()
        }
    }
}

/// No two providers have the same value under a key.
fn check_unique(raw: &mut RawConfig<'_>, key: &str, message: &str) {
    let mut values = BTreeSet::new();
    for table in raw.tables("provider") {
        let path = KeyPath {
            section: "provider",
            table: Some(table),
            key,
        };
        let value = raw.value(path).and_then(|value| {
            let text = value.as_str().map(str::to_owned);
            text.or_else(|| integer(&value).map(|number| number.to_string()))
        });
        if value.is_some_and(|value| !values.insert(value)) {
            raw.error(path, message);
        }
    }
}
