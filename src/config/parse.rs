//! What the text of a single key must be.

use crate::model::ProviderId;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use url::{Host, Url};

/// An issuer, which is compared byte for byte and is also an address.
#[derive(Debug, Clone)]
pub struct IssuerUrl {
    /// Exactly as the file has it.
    pub text: String,
    /// The same as an address.
    pub url: Url,
}

pub(super) fn from_text<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

pub(super) fn absolute_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_absolute() {
        Ok(path)
    } else {
        Err("must be an absolute path".to_owned())
    }
}

/// The kernel limits the address of a Unix socket to 108 bytes with its end (unix(7)).
pub(super) fn socket_path(text: &str) -> Result<PathBuf, String> {
    let path = absolute_path(text)?;
    if text.len() < 108 {
        Ok(path)
    } else {
        Err("must be at most 107 bytes long; choose a shorter path".to_owned())
    }
}

/// A file that holds at least one certificate.
pub(super) fn certificates(text: &str) -> Result<PathBuf, String> {
    let path = absolute_path(text)?;
    let pem = std::fs::read_to_string(&path)
        .map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
    if pem.contains("-----BEGIN CERTIFICATE-----") {
        Ok(path)
    } else {
        let shown = path.display();
        Err(format!("`{shown}` holds no certificate in PEM form"))
    }
}

/// 32 bytes in base64.
pub(super) fn seal_key(text: SecretString) -> Result<SecretBox<[u8; 32]>, String> {
    let bytes = data_encoding::BASE64.decode(text.expose_secret().as_bytes());
    let key = bytes.ok().and_then(|bytes| bytes.try_into().ok());
    let key = key.map(|key| SecretBox::new(Box::new(key)));
    let message = "must be 32 bytes in base64; make one with `openssl rand -base64 32`";
    key.ok_or_else(|| message.to_owned())
}

pub(super) fn listen_addresses(addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, String> {
    if addresses.iter().any(|address| address.port() == 0) {
        return Err("must not name port 0, which proxies could not find".to_owned());
    }
    at_least_one(addresses)
}

pub(super) fn at_least_one<T>(addresses: Vec<T>) -> Result<Vec<T>, String> {
    if addresses.is_empty() {
        return Err("must name at least one address".to_owned());
    }
    Ok(addresses)
}

/// An address with scheme and host, without query, fragment, user or password.
pub(super) fn base_url(text: &str) -> Result<Url, String> {
    let shown = text.escape_debug();
    let url = Url::parse(text).map_err(|error| format!("`{shown}` is not a URL: {error}"))?;
    let web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if !url.username().is_empty() || url.password().is_some() {
        // Not shown: the password may be a real one.
        let message =
            "must not have a user or password in it; a secret must not stand in this file";
        return Err(message.to_owned());
    }
    if web && url.query().is_none() && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(format!(
            "`{shown}` must start with `https://` or `http://` and have no query or fragment"
        ))
    }
}

/// Samovar sends the token of a site administrator there, and people send their passwords.
pub(super) fn gitea_url(text: &str, allow_plain_http: bool) -> Result<Url, String> {
    let url = base_url(text)?;
    if url.scheme() == "https" || allow_plain_http || is_loopback(&url) {
        return Ok(url);
    }
    Err("must be https: over plain http everyone on the way can read the token of the service identity; in a network that you trust, set gitea.allow_plain_http = true".to_owned())
}

pub(super) fn own_url(text: &str, allow_plain_http_on_loopback: bool) -> Result<Url, String> {
    let url = base_url(text)?;
    if url.path() != "/" {
        return Err(format!(
            "`{}` must not have a path; give Samovar a host of its own",
            text.escape_debug()
        ));
    }
    if url.scheme() == "https" || (allow_plain_http_on_loopback && is_loopback(&url)) {
        return Ok(url);
    }
    Err("must be https; plain http is possible on a loopback address only, with server.allow_plain_http_on_loopback = true".to_owned())
}

/// The address of discovery must be authenticated: https, or this machine.
pub(super) fn provider_issuer(text: &str) -> Result<IssuerUrl, String> {
    let url = base_url(text)?;
    if url.scheme() == "https" || is_loopback(&url) {
        let text = text.to_owned();
        Ok(IssuerUrl { text, url })
    } else {
        Err("must be https; for calls inside a network there is internal_url".to_owned())
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// The issuer of Gitea, exactly as its tokens spell it.
pub(super) fn gitea_issuer(text: &str) -> Result<String, String> {
    base_url(text).map(|_| text.to_owned())
}

/// A provider's id; two are reserved.
pub(super) fn provider_id(text: &str) -> Result<ProviderId, String> {
    let id = text
        .parse::<ProviderId>()
        .map_err(|error| error.to_string())?;
    let reserved = match text {
        ProviderId::GITEA => "`gitea` is Gitea itself; choose another id",
        "service-account" => {
            "stands before the names of service accounts in `Remote-User`; choose another id"
        }
        _ => return Ok(id),
    };
    Err(reserved.to_owned())
}

pub(super) fn client_id(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("must not be empty; copy it from the application that is registered there"),
        _ => Ok(text.to_owned()),
    }
}

pub(super) fn display_name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or("must be 1 to 64 characters without control characters")
}

pub(super) fn claim(text: &str) -> Result<String, &'static str> {
    let fits = !text.is_empty() && text != "/";
    fits.then(|| text.to_owned())
        .ok_or("must name a claim, or be a JSON pointer such as `/realm_access/roles`")
}

/// A scope token (RFC 6749 section 3.3).
pub(super) fn scope(text: &str) -> Option<String> {
    let allowed = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
    let fits = !text.is_empty() && text.bytes().all(allowed);
    fits.then(|| text.to_owned())
}
