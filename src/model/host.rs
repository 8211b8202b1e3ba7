//! Hosts in one form: lower case, ASCII (A-labels), no trailing dot, no default port.

use super::{ParseError, serde_as_text};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A host as in the `Host` header: a DNS name or an address, with a port unless it is 80 or 443.
///
/// All spellings of a host (upper case, trailing dot, U-label, default port) are one value, so that none of them bypasses a
/// rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(Arc<str>);

impl HostName {
    /// The host, and the port if it has one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        match self.0.rsplit_once(':') {
            Some((host, port))
                if port.bytes().all(|b| b.is_ascii_digit()) && !host.ends_with(':') =>
            {
                host
            }
            _ => &self.0,
        }
    }
}

/// Hashes and compares as its text, so that a map is searched without parsing.
impl Borrow<str> for HostName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(HostName);

impl FromStr for HostName {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).map(|text| Self(text.into())).ok_or_else(|| {
            ParseError::new(format!(
                "invalid host `{}`: use a name or address, with a port if needed, such as `app.example.com` or `127.0.0.3:8080`",
                text.chars().take(80).collect::<String>().escape_debug()
            ))
        })
    }
}

fn parse(text: &str) -> Option<String> {
    let forbidden = |b: u8| {
        b <= b' ' || b == 0x7f || matches!(b, b'/' | b'@' | b'?' | b'#' | b'%' | b'\\' | b',')
    };
    if text.is_empty() || text.len() > 261 || text.bytes().any(forbidden) {
        return None;
    }
    let (host, port) = split_port(text)?;
    let host = canonical_host(host)?;
    Some(match port {
        None | Some(80 | 443) => host,
        Some(port) => format!("{host}:{port}"),
    })
}

fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let after_bracket = text.rfind(']').map_or(0, |at| at + 1);
    match text.get(after_bracket..)?.rfind(':') {
        None => Some((text, None)),
        Some(at) => {
            let (host, port) = text.split_at_checked(after_bracket + at)?;
            let port = port.get(1..)?;
            let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
            Some((
                host,
                Some(
                    port.parse::<u16>()
                        .ok()
                        .filter(|port| digits && *port > 0)?,
                ),
            ))
        }
    }
}

/// True if IDNA leaves the host as it is: lower-case letters, digits, dots and hyphens, with no hyphen at the end of a label
/// and no two at its third and fourth place (`xn--`). A fast path for most requests.
fn is_plain(host: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let label = |label: &str| {
        !label.starts_with('-')
            && !label.ends_with('-')
            && label.as_bytes().get(2..4) != Some(b"--")
    };
    host.bytes().all(plain) && host.split('.').all(label)
}

fn canonical_host(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: std::net::Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return Some(address.to_string());
    }
    let ascii = if is_plain(host) {
        host.to_owned()
    } else {
        idna::domain_to_ascii_strict(host).ok()?
    };
    let label = |l: &str| !l.is_empty() && l.len() <= 63;
    // Some programs read a last label of digits as an address (decimal or octal forms).
    let numeric_end = ascii
        .rsplit('.')
        .next()
        .is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
    (ascii.len() <= 253 && ascii.split('.').all(label) && !numeric_end).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn idna_does_not_change_a_plain_host(host in "[a-z0-9.-]{1,12}(xn--[a-z0-9-]{0,4})?") {
            if is_plain(&host) && !host.split('.').any(str::is_empty) {
                prop_assert_eq!(idna::domain_to_ascii_strict(&host).ok(), Some(host));
            }
        }
    }

    #[test]
    fn all_spellings_of_a_host_are_equal() {
        for spelling in [
            "app.example.com",
            "APP.Example.COM",
            "app.example.com.",
            "app.example.com:443",
            "app.example.com:80",
        ] {
            assert_eq!(
                spelling.parse::<HostName>().unwrap().as_str(),
                "app.example.com",
                "{spelling}"
            );
        }
        assert_eq!(
            "bücher.example".parse::<HostName>().unwrap(),
            "xn--bcher-kva.example".parse().unwrap()
        );
        assert_eq!(
            "127.0.0.3:8080".parse::<HostName>().unwrap().as_str(),
            "127.0.0.3:8080"
        );
        assert_eq!("[::1]:8080".parse::<HostName>().unwrap().host(), "[::1]");
        assert_eq!("[0:0::1]".parse::<HostName>().unwrap().as_str(), "[::1]");
    }

    #[test]
    fn ambiguous_hosts_are_invalid() {
        for ambiguous in [
            "",
            " a",
            "a b",
            "a/b",
            "a@b",
            "a:b",
            "a:",
            "a:0",
            "a:99999",
            "2130706433",
            "0x7f.1",
            "1.2.3",
            "a..b",
            "::1",
            "a,b",
            "-",
            "a\n",
            "%61",
        ] {
            assert!(ambiguous.parse::<HostName>().is_err(), "{ambiguous}");
        }
    }
}
