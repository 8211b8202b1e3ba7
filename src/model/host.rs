//! One form per host: lower case, ASCII (A-label), no trailing dot; an optional port that is not the scheme's own.

use super::{ParseError, serde_as_text};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A host as it stands in `Host`: a DNS name or an address, with a port only when it is not 80 or 443.
///
/// Two spellings of one host are one value (upper case, trailing dot, U-label, default port), so that no rule is missed
/// by spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(Arc<str>);

impl HostName {
    /// Host, and port if it has one.
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

/// Hashes and compares as its text, so that maps are asked with a text that is not parsed.
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
                "`{}` is no host; write a name or address, with a port if needed, such as `app.example.com` or `127.0.0.3:8080`",
                text.chars().take(80).collect::<String>().escape_debug()
            ))
        })
    }
}

fn parse(text: &str) -> Option<String> {
    let odd = |b: u8| {
        b <= b' ' || b == 0x7f || matches!(b, b'/' | b'@' | b'?' | b'#' | b'%' | b'\\' | b',')
    };
    if text.is_empty() || text.len() > 261 || text.bytes().any(odd) {
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

/// Has this one spelling only, by the rules of IDNA? Lower-case letters, digits, dots and hyphens have, unless a hyphen
/// stands at an end of a label or as the second of two in its third and fourth place (`xn--`). That is most hosts, at every
/// request.
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
    // A last label of digits alone would be read as an address by some parties (decimal or octal forms).
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
        fn a_plain_host_is_what_idna_makes_of_it(host in "[a-z0-9.-]{1,12}(xn--[a-z0-9-]{0,4})?") {
            if is_plain(&host) && !host.split('.').any(str::is_empty) {
                prop_assert_eq!(idna::domain_to_ascii_strict(&host).ok(), Some(host));
            }
        }
    }

    #[test]
    fn spellings_of_one_host_are_one_value() {
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
    fn what_two_parties_could_read_differently_is_no_host() {
        for odd in [
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
            assert!(odd.parse::<HostName>().is_err(), "{odd}");
        }
    }
}
