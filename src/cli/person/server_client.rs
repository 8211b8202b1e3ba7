//! The HTTP client of a Samovar server: requests, and the errors of its responses for a terminal.

use crate::cli::error::{CliError, CliErrorKind};
use crate::model::{Client, DisplayText};
use crate::outgoing::{self, OutgoingError};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::error::Error as _;
use std::path::Path;
use std::time::Duration;
use url::{Host, Url, form_urlencoded};

/// Longest time for a response of Samovar.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Longest response body of Samovar.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A Samovar server.
pub(super) struct ServerClient {
    pub address: Url,
    http: reqwest::Client,
}

/// Parses the address of a server: https, or http on a loopback address.
pub(super) fn parse_address(text: &str) -> Result<Url, CliError> {
    let error = |what: &str| CliError::new(CliErrorKind::Usage, format!("`{text}` {what}"));
    let url = Url::parse(text);
    let url =
        url.map_err(|_| error("is not a URL; write one such as `https://samovar.example.com`"))?;
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(error(
            "has more than scheme, host and port; remove the rest",
        ));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        _ => Err(error(
            "would send your credentials unencrypted; use `https://` (plain http is for loopback addresses such as 127.0.0.1)",
        )),
    }
}

/// The text at a JSON pointer.
pub(super) fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer)?.as_str()
}

impl ServerClient {
    /// Trusts the system's certificates and those of the file.
    pub(super) fn new(address: Url, ca_file: Option<&Path>) -> Result<Self, CliError> {
        let builder = outgoing::client(ca_file);
        let builder = builder.map_err(|error| match (error, ca_file) {
            (OutgoingError::Certificates(reason), Some(path)) => {
                let path = path.display();
                let message = format!("`{path}` cannot be used as --ca-file: {reason}");
                CliError::new(CliErrorKind::Usage, message)
            }
            (error, _) => CliError::from(error.to_string()),
        })?;
        let builder = builder
            .connect_timeout(TIMEOUT / 3)
            .timeout(TIMEOUT)
            .https_only(address.scheme() == "https")
            .user_agent(user_agent());
        let http = builder.build();
        let http = http.map_err(|error| format!("the HTTP client cannot be built: {error}"))?;
        Ok(Self { address, http })
    }

    /// The address for messages.
    pub(super) fn shown(&self) -> &str {
        self.address.as_str().trim_end_matches('/')
    }

    /// Posts a form to the authorization server, with the client id of the command line.
    pub(super) async fn form(
        &self,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Result<(StatusCode, Value), CliError> {
        self.form_within(TIMEOUT, path, pairs).await
    }

    /// Posts a form with another time limit.
    pub(super) async fn form_within(
        &self,
        timeout: Duration,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Result<(StatusCode, Value), CliError> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", Client::COMMAND_LINE);
        let body = form.extend_pairs(pairs).finish();
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body).timeout(timeout)).await
    }

    /// Calls the API; returns the body of a successful response.
    pub(super) async fn api(
        &self,
        method: Method,
        path: &str,
        token: &SecretString,
        body: Option<&Value>,
    ) -> Result<Value, CliError> {
        let mut request = self
            .request(method, path)
            .bearer_auth(token.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, body) = self.send(request).await?;
        if status.is_success() {
            return Ok(body);
        }
        let kind = match status {
            StatusCode::UNAUTHORIZED if !is_disabled(&body) => CliErrorKind::NotSignedIn,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => CliErrorKind::Refused,
            _ => CliErrorKind::Failed,
        };
        Err(CliError::new(kind, self.message(&body, "/detail")))
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut url = self.address.clone();
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        url.set_path(path);
        url.set_query(query);
        self.http.request(method, url)
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Value), CliError> {
        let unreachable = |error: reqwest::Error| CliError::from(self.unreachable(&error));
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BODY_BYTES {
                return Err(self.invalid_response().into());
            }
        }
        // A body that is not JSON has no members.
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    fn unreachable(&self, error: &reqwest::Error) -> String {
        let server = self.shown();
        match outgoing::untrusted_issuer(error) {
            Some(issuer) => format!(
                "the certificate of `{server}` is from `{issuer}`, which is not trusted; if that authority is your own, name its certificate file with `--ca-file`"
            ),
            None => format!(
                "`{server}` does not answer ({}); check the address and the network",
                innermost(error)
            ),
        }
    }

    /// The error in a response of the authorization server.
    pub(super) fn oauth_error(&self, body: &Value) -> CliError {
        let message = self.message(body, "/error_description");
        match text(body, "/error") {
            Some("invalid_grant") if !is_disabled(body) => {
                let message = format!("{message} (`samovar login`)");
                CliError::new(CliErrorKind::NotSignedIn, message)
            }
            Some("temporarily_unavailable") | None => message.into(),
            Some(_) => CliError::new(CliErrorKind::Refused, message),
        }
    }

    /// The message of the server, without control characters for the terminal.
    fn message(&self, body: &Value, pointer: &str) -> String {
        let message = text(body, pointer).map(DisplayText::lossy);
        message.map_or_else(|| self.invalid_response(), |message| message.to_string())
    }

    /// The message for a response that Samovar never sends.
    pub(super) fn invalid_response(&self) -> String {
        format!(
            "`{}` does not answer as Samovar does; check the address, and see the server's log",
            self.shown()
        )
    }
}

/// Is the account disabled or deleted? Then another sign-in cannot help.
fn is_disabled(body: &Value) -> bool {
    text(body, "/code") == Some("principal_disabled")
}

/// The program and the machine, shown to the person who approves the sign-in.
fn user_agent() -> String {
    let system = rustix::system::uname();
    let name = system.nodename().to_string_lossy();
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
    let name: String = name.chars().filter(plain).take(64).collect();
    format!("samovar-cli/{} ({name})", env!("CARGO_PKG_VERSION"))
}

/// The innermost cause, which is the most specific.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_https_or_http_on_loopback() {
        for good in [
            "https://samovar.example.com",
            "https://samovar.example.com:8443/",
            "http://127.0.0.1:8080",
            "http://127.0.0.2",
            "http://[::1]:8080/",
        ] {
            assert!(parse_address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "samovar.example.com",
            "http://samovar.example.com",
            "http://localhost:8080",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "https://user@samovar.example.com",
            "https://samovar.example.com/device",
            "https://samovar.example.com/?x",
        ] {
            let error = parse_address(bad).err().unwrap();
            assert_eq!(error.kind, CliErrorKind::Usage, "{bad}");
        }
    }
}
