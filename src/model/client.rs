//! Clients of the authorization server (RFC 6749 section 2): what gets tokens in a person's name, for one application.

use super::issuer::at_loopback;
use super::{ApplicationId, ClientId, Name, ParseError, SecretRecord, serde_as_text};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// Whether it can keep a secret (RFC 6749 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// A browser application or a program on somebody's machine: has no secret.
    Public,
    /// A server: proves itself with a secret.
    Confidential,
}

/// A registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: ClientId,
    /// Unique among clients; people see it when they are asked for consent.
    pub name: Name,
    /// Its tokens are for this application; none for Samovar's own command line, which names one each time.
    pub application: Option<ApplicationId>,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Where answers may be sent, compared as they are.
    pub redirect_uris: BTreeSet<RedirectUri>,
    /// Of the team's own making: people are not asked for consent, unless anybody could pass for it.
    pub first_party: bool,
    /// Gets refresh tokens.
    pub refresh_tokens: bool,
    /// Of a confidential client: at most two that live.
    pub secrets: Vec<SecretRecord>,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}

impl Client {
    /// `client_id` of Samovar's own command line, and its name.
    pub const COMMAND_LINE: &str = "samovar-cli";
    /// By which grants name it.
    pub const COMMAND_LINE_ID: ClientId =
        ClientId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);

    /// Samovar's own command line: made here and kept nowhere, for whichever application it names.
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

    /// `client_id` on the wire.
    pub fn client_id(&self) -> String {
        if self.id == Self::COMMAND_LINE_ID {
            return Self::COMMAND_LINE.to_owned();
        }
        self.id.to_string()
    }
}

/// Where an answer may be sent: https, or http on a loopback address (RFC 8252 section 7.3), without a fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// As it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is this the registered address? Byte for byte; at a loopback address the port may be another (RFC 8252).
    pub fn accepts(&self, given: &str) -> bool {
        if self.0 == given {
            return true;
        }
        let both = Url::parse(&self.0).ok().zip(Url::parse(given).ok());
        both.is_some_and(|(mut registered, asked)| {
            let native = loopback(&registered) && asked.as_str() == given;
            native
                && registered.set_port(asked.port()).is_ok()
                && registered.as_str() == asked.as_str()
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
                "`{}` cannot be a redirect URI: {what}",
                text.chars().take(200).collect::<String>().escape_debug()
            )))
        };
        let Ok(url) = Url::parse(text) else {
            return error("write a whole address such as `https://app.example.com/callback`");
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
    fn an_address_is_compared_as_it_is_but_for_the_port_of_a_loopback_address() {
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
    fn only_addresses_that_answers_may_travel_to_are_registered() {
        for bad in [
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
            assert!(bad.parse::<RedirectUri>().is_err(), "{bad}");
        }
    }
}
