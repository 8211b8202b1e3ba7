//! Issuers of external tokens.

use super::{ParseError, serde_as_text};
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// The `iss` of trusted tokens: an https URL, or http on a loopback address. Compared byte for byte, so that a trailing
/// slash matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Issuer(String);

impl Issuer {
    /// The issuer as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// True if the host is a loopback address. A host name never is.
pub fn at_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

/// True if keys may be fetched from it: https, or http on a loopback address.
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
        let error = || {
            ParseError::new(
                "write the issuer as in its tokens, such as `https://git.example.com/api/actions`: https, or http on a loopback address, without query, fragment and user",
            )
        };
        let url = Url::parse(text).map_err(|_| error())?;
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        // A URL without a path may omit the slash.
        let spelled = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
        let valid = fetched_safely(&url) && plain && spelled && text.len() <= 2000;
        valid.then(|| Self(text.to_owned())).ok_or_else(error)
    }
}

serde_as_text!(Issuer);

#[cfg(test)]
mod tests {
    use super::Issuer;

    #[test]
    fn issuer_keeps_its_spelling_and_has_a_safe_address() {
        for valid in [
            "https://token.actions.githubusercontent.com",
            "https://git.example.com/",
            "https://git.example.com/api/actions",
            "https://git.example.com/api/actions/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/x",
        ] {
            assert_eq!(valid.parse::<Issuer>().unwrap().as_str(), valid);
        }
        for invalid in [
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
            assert!(invalid.parse::<Issuer>().is_err(), "{invalid}");
        }
    }
}
