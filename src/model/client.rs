//! Clients of the authorization server (RFC 6749 section 2): they get tokens in a person's name, for one application.

use super::issuer::at_loopback;
use super::{ApplicationId, ClientId, Name, ParseError, StoredSecret, serde_as_text};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// Whether it can keep a secret (RFC 6749 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// A browser application or a program on a person's machine, without a secret.
    Public,
    /// A server, which authenticates with a secret.
    Confidential,
}

/// A registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: ClientId,
    /// Unique among clients; shown in the request for consent.
    pub name: Name,
    /// The application of its tokens; `None` for Samovar's command line, whose requests name one.
    pub application: Option<ApplicationId>,
    /// Public or confidential.
    pub kind: ClientKind,
    /// Compared byte for byte.
    pub redirect_uris: BTreeSet<RedirectUri>,
    /// Made by the team itself: people are not asked for consent, unless any program could pretend to be the client.
    pub first_party: bool,
    /// True if it gets refresh tokens.
    pub refresh_tokens: bool,
    /// At most two valid ones; none of a public client.
    pub secrets: Vec<StoredSecret>,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}

impl Client {
    /// Name and `client_id` of Samovar's command line.
    pub const COMMAND_LINE: &str = "samovar-cli";
    /// Its id in grants.
    pub const COMMAND_LINE_ID: ClientId =
        ClientId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);

    /// The client of Samovar's command line, which is not stored.
    pub fn command_line() -> Result<Self, ParseError> {
        Ok(Self {
            id: Self::COMMAND_LINE_ID,
            name: Self::COMMAND_LINE.parse()?,
            application: None,
            kind: ClientKind::Public,
            redirect_uris: BTreeSet::new(),
            first_party: true,
            refresh_tokens: true,
            secrets: Vec::new(),
            version: 1,
        })
    }

    /// The `client_id` of OAuth requests.
    pub fn client_id(&self) -> String {
        if self.id == Self::COMMAND_LINE_ID {
            return Self::COMMAND_LINE.to_owned();
        }
        self.id.to_string()
    }
}

/// A redirect URI: https, or http on a loopback address (RFC 8252 section 7.3), without a fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// The URI as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the given URI is this one, byte for byte. At a loopback address the port may differ (RFC 8252 section 7.3).
    pub fn accepts(&self, given: &str) -> bool {
        if self.0 == given {
            return true;
        }
        let both = Url::parse(&self.0).ok().zip(Url::parse(given).ok());
        both.is_some_and(|(mut registered, requested)| {
            let native = loopback(&registered) && requested.as_str() == given;
            native
                && registered.set_port(requested.port()).is_ok()
                && registered.as_str() == requested.as_str()
        })
    }
}

fn loopback(url: &Url) -> bool {
    at_loopback(url) && url.scheme() == "http"
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RedirectUri {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = |what: &str| {
            Err(ParseError::new(format!(
                "invalid redirect URI `{}`: {what}",
                text.chars().take(200).collect::<String>().escape_debug()
            )))
        };
        let Ok(url) = Url::parse(text) else {
            return error("use a complete URI such as `https://app.example.com/callback`");
        };
        if text.len() > 2000 {
            return error("it is longer than 2,000 characters");
        }
        if url.as_str() != text {
            return error(&format!("write it in its normal form, `{url}`"));
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return error("it must have no fragment, user or password");
        }
        if url.scheme() == "https" || loopback(&url) {
            return Ok(Self(text.to_owned()));
        }
        error(
            "it must begin with `https://`, or with `http://127.0.0.1` or `http://[::1]` for programs on a person's machine",
        )
    }
}

serde_as_text!(RedirectUri);

#[cfg(test)]
mod tests {
    use super::RedirectUri;

    #[test]
    fn redirect_uris_match_exactly_except_for_a_loopback_port() {
        let web: RedirectUri = "https://app.example.com/callback?a=1".parse().unwrap();
        assert!(web.accepts("https://app.example.com/callback?a=1"));
        for other in [
            "https://app.example.com/callback",
            "https://app.example.com/callback?a=1&b=2",
            "https://app.example.com/callback/?a=1",
            "https://app.example.com:444/callback?a=1",
            "http://app.example.com/callback?a=1",
            "https://app.example.com/x/../callback?a=1",
            "HTTPS://app.example.com/callback?a=1",
        ] {
            assert!(!web.accepts(other), "{other}");
        }
        let native: RedirectUri = "http://127.0.0.1/callback".parse().unwrap();
        assert!(native.accepts("http://127.0.0.1:51004/callback"));
        for other in [
            "http://127.0.0.1:51004/callback2",
            "http://127.0.0.2:51004/callback",
            "https://127.0.0.1:51004/callback",
            "http://127.0.0.1:51004/callback#x",
            "http://localhost:51004/callback",
            "http://127.0.0.1:51004/x/../callback",
        ] {
            assert!(!native.accepts(other), "{other}");
        }
    }

    #[test]
    fn only_https_and_loopback_uris_are_registered() {
        for invalid in [
            "",
            "app",
            "http://app.example.com/",
            "http://localhost/",
            "https://user@app.example.com/",
            "https://app.example.com/#x",
            "javascript:alert(1)",
            "https://app.example.com",
            "https://APP.example.com/",
            "com.example.app:/callback",
        ] {
            assert!(invalid.parse::<RedirectUri>().is_err(), "{invalid}");
        }
    }
}
