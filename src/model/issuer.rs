//! Issuers of foreign tokens, kept exactly as their tokens spell them.

use super::{ParseError, serde_as_text};
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// `iss` of tokens that are believed: an https address, or http on a loopback address. Compared as it is, so that a
/// last slash counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Issuer(String);

impl Issuer {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Is its host a loopback address? No name is one.
pub fn at_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

/// Is it a place that keys may be fetched from: https, or http on a loopback address?
fn fetched_safely(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && at_loopback(url))
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Issuer {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || {
            ParseError::new(
                "write the issuer as its tokens do, such as `https://git.example.com/api/actions`: https, or http on a loopback address, without query, fragment and user",
            )
        };
        let url = Url::parse(text).map_err(|_| wrong())?;
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        // An address without a path is also written without its slash.
        let spelled = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
        let fine = fetched_safely(&url) && plain && spelled && text.len() <= 2000;
        fine.then(|| Self(text.to_owned())).ok_or_else(wrong)
    }
}

serde_as_text!(Issuer);

#[cfg(test)]
mod tests {
    use super::Issuer;

    #[test]
    fn an_issuer_keeps_its_spelling_and_only_safe_addresses_are_issuers() {
        for fine in [
            "https://token.actions.githubusercontent.com",
            "https://git.example.com/",
            "https://git.example.com/api/actions",
            "https://git.example.com/api/actions/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/x",
        ] {
            assert_eq!(fine.parse::<Issuer>().unwrap().as_str(), fine);
        }
        for bad in [
            "",
            "git.example.com",
            "http://git.example.com",
            "http://localhost:8080",
            "https://git.example.com?x=1",
            "https://git.example.com#x",
            "https://user@git.example.com",
            "https://GIT.example.com",
            "https://git.example.com:443",
            "https://git.example.com/a/../b",
            "file:///etc/passwd",
        ] {
            assert!(bad.parse::<Issuer>().is_err(), "{bad}");
        }
    }
}
