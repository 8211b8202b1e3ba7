//! The server at the other end, over HTTP: what is asked of it, and what its refusals come to on a terminal.

use crate::cli::failure::{Failure, Kind};
use crate::model::{Client, DisplayText};
use crate::outgoing::{self, OutgoingError};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::error::Error as _;
use std::path::Path;
use std::time::Duration;
use url::{Host, Url, form_urlencoded};

/// No answer of ours takes longer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Nor is any longer, in bytes.
const LONGEST: usize = 1024 * 1024;

/// A Samovar server.
pub(super) struct Server {
    pub address: Url,
    http: reqwest::Client,
}

/// Reads the address of a server: https, or http to this very machine.
pub(super) fn read_address(text: &str) -> Result<Url, Failure> {
    let error = |what: &str| Failure::new(Kind::Usage, format!("`{text}` {what}"));
    let url = Url::parse(text);
    let url =
        url.map_err(|_| error("is no address; write one such as `https://samovar.example.com`"))?;
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(error(
            "has more than scheme, host and port; leave out the rest",
        ));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        _ => Err(error(
            "would send your sign-in in the clear; use `https://` (plain http is for loopback addresses such as 127.0.0.1)",
        )),
    }
}

/// A text in an answer, where there is one in that place.
pub(super) fn text<'a>(answer: &'a Value, place: &str) -> Option<&'a str> {
    answer.pointer(place)?.as_str()
}

impl Server {
    /// At this address, with the system's trust store and more certificates.
    pub(super) fn at(address: Url, ca_file: Option<&Path>) -> Result<Self, Failure> {
        let builder = outgoing::client(ca_file);
        let builder = builder.map_err(|error| match (error, ca_file) {
            (OutgoingError::Certificates(reason), Some(path)) => {
                let path = path.display();
                let sentence = format!("`{path}` cannot be used as --ca-file: {reason}");
                Failure::new(Kind::Usage, sentence)
            }
            (error, _) => Failure::from(error.to_string()),
        })?;
        let builder = builder
            .connect_timeout(TIMEOUT / 3)
            .timeout(TIMEOUT)
            .https_only(address.scheme() == "https")
            .user_agent(agent());
        let http = builder.build();
        let http = http.map_err(|error| format!("the HTTP client cannot be made: {error}"))?;
        Ok(Self { address, http })
    }

    /// As it is printed.
    pub(super) fn shown(&self) -> &str {
        self.address.as_str().trim_end_matches('/')
    }

    /// A form to the authorization server, as the command line.
    pub(super) async fn form(
        &self,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Result<(StatusCode, Value), Failure> {
        self.form_within(TIMEOUT, path, pairs).await
    }

    /// The same where an answer that takes longer is of no use.
    pub(super) async fn form_within(
        &self,
        wait: Duration,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Result<(StatusCode, Value), Failure> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", Client::COMMAND_LINE);
        let body = form.extend_pairs(pairs).finish();
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body).timeout(wait)).await
    }

    /// A call to the API; gives the answer where there is one.
    pub(super) async fn api(
        &self,
        (method, path): (Method, &str),
        token: &SecretString,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let mut request = self
            .request(method, path)
            .bearer_auth(token.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        let (status, answer) = self.send(request).await?;
        if status.is_success() {
            return Ok(answer);
        }
        let kind = match status {
            StatusCode::UNAUTHORIZED if !disabled(&answer) => Kind::NotSignedIn,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Kind::Refused,
            _ => Kind::Failed,
        };
        Err(Failure::new(kind, self.said(&answer, "/detail")))
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

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<(StatusCode, Value), Failure> {
        let away = |error: reqwest::Error| Failure::from(self.away(&error));
        let mut answer = request.send().await.map_err(away)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(away)? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(self.strange().into());
            }
        }
        // What is not JSON has no member that anybody will ask for.
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// Why there is no answer.
    fn away(&self, error: &reqwest::Error) -> String {
        let server = self.shown();
        match outgoing::untrusted_issuer(error) {
            Some(issuer) => format!(
                "the certificate of `{server}` is from `{issuer}`, which is not trusted; if that authority is your own, name the file with its certificate by `--ca-file`"
            ),
            None => format!(
                "`{server}` gives no answer ({}); look at the address and the network",
                innermost(error)
            ),
        }
    }

    /// What a refusal of the authorization server comes to.
    pub(super) fn denial(&self, answer: &Value) -> Failure {
        let sentence = self.said(answer, "/error_description");
        match text(answer, "/error") {
            Some("invalid_grant") if !disabled(answer) => {
                Failure::new(Kind::NotSignedIn, format!("{sentence} (`samovar login`)"))
            }
            Some("temporarily_unavailable") | None => sentence.into(),
            Some(_) => Failure::new(Kind::Refused, sentence),
        }
    }

    /// The server's own sentence, with nothing in it that a terminal would obey.
    fn said(&self, answer: &Value, place: &str) -> String {
        let said = text(answer, place);
        said.map_or_else(
            || self.strange(),
            |said| DisplayText::lossy(said).to_string(),
        )
    }

    /// It is no Samovar, or something between us is none.
    pub(super) fn strange(&self) -> String {
        format!(
            "`{}` does not answer as Samovar does; look at the address, and at the server's log",
            self.shown()
        )
    }
}

/// Is the account disabled or gone? Then no sign-in helps.
fn disabled(answer: &Value) -> bool {
    text(answer, "/code") == Some("principal_disabled")
}

/// What the person who approves is shown: the program and the machine.
fn agent() -> String {
    let system = rustix::system::uname();
    let name = system.nodename().to_string_lossy();
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
    let name: String = name.chars().filter(plain).take(64).collect();
    format!("samovar-cli/{} ({name})", env!("CARGO_PKG_VERSION"))
}

/// The cause that says most.
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
    fn a_sign_in_travels_over_https_or_not_out_of_the_machine() {
        for good in [
            "https://samovar.example.com",
            "https://samovar.example.com:8443/",
            "http://127.0.0.1:8080",
            "http://127.0.0.2",
            "http://[::1]:8080/",
        ] {
            assert!(read_address(good).is_ok(), "{good}");
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
            let failure = read_address(bad).err().unwrap();
            assert_eq!(failure.kind, Kind::Usage, "{bad}");
        }
    }
}
