//! From what the file says to what is meant, section by section. Goes on after a problem, so that all are found.

use super::meant::{Audit, Config, Gitea, Log, LogFormat, Mirror, SealKey, Server, Session, Token};
use super::raw::Raw;
use super::{Environment, duration, providers, secrets};
use crate::model::{Issuer, ListenAddress};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use url::{Host, Url};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Everything that is meant, or nothing when a part is missing; the problems are in `raw`.
pub(super) fn meant(raw: &mut Raw, environment: Environment<'_>) -> Option<Config> {
    let server = server(raw, environment);
    let gitea = gitea(raw, environment);
    let providers = providers::providers(raw, environment);
    let mirror = mirror(raw);
    let session = session(raw);
    let token = token(raw);
    let audit = audit(raw);
    let log = log(raw);
    Some(Config {
        server: server?,
        gitea: gitea?,
        providers,
        mirror: mirror?,
        session: session?,
        token: token?,
        audit: audit?,
        log: log?,
    })
}

fn server(raw: &mut Raw, environment: Environment<'_>) -> Option<Server> {
    let plain = raw.flag("server.allow_plain_http_on_loopback");
    let external_url = raw.read("server.external_url", |text| {
        external(text, plain == Some(true))
    });
    let gitea = raw.peek("gitea.url").and_then(|text| Url::parse(text).ok());
    if let (Some(own), Some(gitea)) = (&external_url, gitea)
        && own.origin() == gitea.origin()
    {
        raw.problem(
            "server.external_url",
            "is the address of gitea itself; give Samovar a host of its own",
        );
    }
    let listen = raw.list("server.listen", "an address such as `127.0.0.1:8700`");
    if listen.as_ref().is_some_and(Vec::is_empty) {
        raw.problem("server.listen", "must name at least one address");
    }
    if listen
        .iter()
        .flatten()
        .any(|address: &SocketAddr| address.port() == 0)
    {
        raw.problem(
            "server.listen",
            "must not name port 0, which proxies could not find",
        );
    }
    let forward_auth_listen = forward_auth_listen(raw, listen.as_deref());
    let trusted_proxies = raw.list("server.trusted_proxies", "a network such as `10.0.0.0/8`");
    if let Some(proxies) = &trusted_proxies {
        proxies_fit(
            raw,
            listen.iter().flatten().copied(),
            proxies,
            "server.listen",
        );
        let addresses = forward_auth_listen.iter().flatten().filter_map(tcp);
        proxies_fit(raw, addresses, proxies, "server.forward_auth_listen");
        no_network_of_strangers(raw, proxies);
    }
    let state_dir = raw.read("server.state_dir", absolute_path);
    let disk_reserve = raw.number("server.disk_reserve_mib", 16..=1024 * 1024);
    let admin_socket = raw.read("server.admin_socket", socket_path);
    let seal_key = seal_key(raw, environment);
    Some(Server {
        external_url: external_url?,
        listen: listen?,
        forward_auth_listen: forward_auth_listen?,
        trusted_proxies: trusted_proxies?,
        state_dir: state_dir?,
        disk_reserve: u64::try_from(disk_reserve?).ok()? << 20,
        admin_socket: admin_socket?,
        seal_key: seal_key?,
    })
}

fn seal_key(raw: &mut Raw, environment: Environment<'_>) -> Option<SealKey> {
    use secrecy::ExposeSecret as _;
    let text = secrets::secret(raw, "server.seal_key", environment)?;
    let bytes = data_encoding::BASE64.decode(text.expose_secret().as_bytes());
    let key = bytes.ok().and_then(|bytes| bytes.try_into().ok());
    if key.is_none() {
        let sentence = "must be 32 bytes in base64; make one with `openssl rand -base64 32`";
        raw.problem("server.seal_key", sentence);
    }
    key.map(SealKey::new)
}

fn token(raw: &mut Raw) -> Option<Token> {
    let signing_key_rotation = span(raw, "token.signing_key_rotation", DAY..=365 * DAY);
    let grant = span(raw, "token.grant", HOUR..=30 * DAY);
    let issuer = "an issuer as its tokens spell it, such as `https://git.example.com/api/actions`: https, or http on a loopback address";
    let workload_issuers = raw.list::<Issuer>("token.workload_issuers", issuer);
    Some(Token {
        signing_key_rotation: signing_key_rotation?,
        grant: grant?,
        workload_issuers: workload_issuers?.into_iter().collect(),
    })
}

/// The addresses for forward-auth, which must differ from those for everything else.
fn forward_auth_listen(raw: &mut Raw, listen: Option<&[SocketAddr]>) -> Option<Vec<ListenAddress>> {
    let key = "server.forward_auth_listen";
    let what = "an address such as `127.0.0.1:8701` or `unix:/run/samovar/forward-auth.sock`";
    let addresses: Vec<ListenAddress> = raw.list(key, what)?;
    if addresses.is_empty() {
        raw.problem(key, "must name at least one address");
    }
    let public = listen.unwrap_or_default();
    let both = addresses
        .iter()
        .filter_map(tcp)
        .find(|address| public.contains(address));
    if let Some(address) = both {
        let sentence = format!(
            "`{address}` is also in server.listen; give forward-auth an address of its own, on which nothing else is served"
        );
        raw.problem(key, sentence);
    }
    Some(addresses)
}

fn tcp(address: &ListenAddress) -> Option<SocketAddr> {
    match address {
        ListenAddress::Tcp(address) => Some(*address),
        ListenAddress::Unix(_) => None,
    }
}

fn no_network_of_strangers(raw: &mut Raw, proxies: &[IpNet]) {
    for network in proxies.iter().filter(|network| is_too_wide(network)) {
        let sentence = format!(
            "`{network}` is too large: every machine in it could forge a client's address; name the proxies' own networks, at most a /8 of IPv4 or a /16 of IPv6"
        );
        raw.problem("server.trusted_proxies", sentence);
    }
}

/// These addresses serve plain HTTP, and a trusted proxy says who the client is.
fn proxies_fit(
    raw: &mut Raw,
    mut addresses: impl Iterator<Item = SocketAddr>,
    proxies: &[IpNet],
    key: &str,
) {
    let abroad = addresses.find(|address| !address.ip().is_loopback());
    let known = proxies.iter().any(|network| !network.addr().is_loopback());
    if let (Some(address), false) = (abroad, known) {
        let sentence = format!(
            "`{address}` is plain http that other machines reach, and server.trusted_proxies names no proxy on another machine; name its network there, or listen on a loopback address"
        );
        raw.problem(key, sentence);
    }
}

/// Wider than the largest network that is private as a whole: `10.0.0.0/8` of version 4, `fc00::/7` (RFC 4193) of version 6.
fn is_too_wide(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => {
            let private = network.prefix_len() >= 7 && network.addr().is_unique_local();
            network.prefix_len() < 16 && !private && !network.addr().is_unicast_link_local()
        }
    }
}

fn gitea(raw: &mut Raw, environment: Environment<'_>) -> Option<Gitea> {
    let plain = raw.flag("gitea.allow_plain_http") == Some(true);
    let url = raw.read("gitea.url", |text| gitea_address(text, plain));
    let internal_url = raw.read("gitea.internal_url", |text| gitea_address(text, plain));
    let issuer = raw.read("gitea.issuer", |text| base(text).map(|_| text.to_owned()));
    let client_id = raw.text("gitea.client_id");
    if client_id.as_ref().is_some_and(|id| id.trim().is_empty()) {
        raw.problem(
            "gitea.client_id",
            "must not be empty; copy it from the OAuth2 application in Gitea",
        );
    }
    let client_secret = secrets::secret(raw, "gitea.client_secret", environment);
    let token = secrets::secret(raw, "gitea.token", environment);
    let ca_file = raw.read("gitea.ca_file", certificates);
    let timeout = span(raw, "gitea.timeout", 1..=2 * MINUTE);
    Some(Gitea {
        url: url?,
        internal_url,
        issuer,
        client_id: client_id?,
        client_secret: client_secret?,
        token: token?,
        ca_file,
        timeout: timeout?,
    })
}

fn mirror(raw: &mut Raw) -> Option<Mirror> {
    let full_pass = span(raw, "mirror.full_pass", 30..=DAY);
    let freshness_bound = span(raw, "mirror.freshness_bound", 5..=10 * MINUTE);
    let grace = span(raw, "mirror.grace", 0..=DAY);
    if let (Some(bound), Some(grace)) = (freshness_bound, grace)
        && grace < bound
    {
        raw.problem(
            "mirror.grace",
            "must not be shorter than mirror.freshness_bound",
        );
    }
    let concurrency = raw.number("mirror.concurrency", 1..=32);
    Some(Mirror {
        full_pass: full_pass?,
        freshness_bound: freshness_bound?,
        grace: grace?,
        concurrency: usize::try_from(concurrency?).ok()?,
    })
}

fn session(raw: &mut Raw) -> Option<Session> {
    let idle = span(raw, "session.idle", 5 * MINUTE..=30 * DAY);
    let absolute = span(raw, "session.absolute", 5 * MINUTE..=90 * DAY);
    if let (Some(idle), Some(absolute)) = (idle, absolute)
        && absolute < idle
    {
        raw.problem("session.absolute", "must not be shorter than session.idle");
    }
    Some(Session {
        idle: idle?,
        absolute: absolute?,
    })
}

fn audit(raw: &mut Raw) -> Option<Audit> {
    let window = span(raw, "audit.window", 1..=HOUR);
    let anonymous = raw.number("audit.anonymous_events_per_minute", 1..=6000);
    Some(Audit {
        window: window?,
        anonymous_events_per_minute: u32::try_from(anonymous?).ok()?,
    })
}

fn log(raw: &mut Raw) -> Option<Log> {
    let format = raw.read("log.format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be `text` or `json`"),
    });
    let level = raw.read("log.level", |text| {
        text.parse::<tracing::Level>()
            .map_err(|_| "must be `error`, `warn`, `info`, `debug` or `trace`")
    });
    Some(Log {
        format: format?,
        level: level?,
    })
}

fn span(raw: &mut Raw, key: &str, range: std::ops::RangeInclusive<u64>) -> Option<Duration> {
    let span = raw.read(key, duration::parse)?;
    if range.contains(&span.as_secs()) {
        return Some(span);
    }
    let (low, high) = range.into_inner();
    raw.problem(
        key,
        format!("must be from {} to {}", shown(low), shown(high)),
    );
    None
}

fn shown(seconds: u64) -> String {
    match seconds {
        s if s >= DAY && s % DAY == 0 => format!("{}d", s / DAY),
        s if s >= HOUR && s % HOUR == 0 => format!("{}h", s / HOUR),
        s if s >= MINUTE && s % MINUTE == 0 => format!("{}m", s / MINUTE),
        s => format!("{s}s"),
    }
}

fn absolute_path(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    if path.is_absolute() {
        Ok(path)
    } else {
        Err("must be an absolute path")
    }
}

/// The kernel takes no longer address of a Unix socket (unix(7): 108 bytes with its end).
fn socket_path(text: &str) -> Result<PathBuf, String> {
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
    let shown = path.display();
    let pem = std::fs::read_to_string(&path)
        .map_err(|error| format!("`{shown}` cannot be read: {error}"))?;
    if pem.contains("-----BEGIN CERTIFICATE-----") {
        Ok(path)
    } else {
        Err(format!("`{shown}` holds no certificate in PEM form"))
    }
}

/// An address with scheme and host, without query, fragment, user or password.
pub(super) fn base(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("`{}` is no address: {error}", text.escape_debug()))?;
    let web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if !url.username().is_empty() || url.password().is_some() {
        // Not shown: the password may be a real one.
        return Err(
            "must not have a user or password in it; a secret must not stand in this file"
                .to_owned(),
        );
    }
    if web && url.query().is_none() && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(format!(
            "`{}` must start with `https://` or `http://` and have no query or fragment",
            text.escape_debug()
        ))
    }
}

/// Samovar sends a site administrator's token there, and people their passwords.
fn gitea_address(text: &str, plain: bool) -> Result<Url, String> {
    let url = base(text)?;
    if url.scheme() == "https" || plain || loopback(&url) {
        return Ok(url);
    }
    Err("must be https: over plain http everyone on the way can read the token of the service identity; in a network that you trust, set gitea.allow_plain_http = true".to_owned())
}

fn external(text: &str, plain_on_loopback: bool) -> Result<Url, String> {
    let url = base(text)?;
    if url.path() != "/" {
        return Err(format!(
            "`{}` must not have a path; give Samovar a host of its own",
            text.escape_debug()
        ));
    }
    if url.scheme() == "https" || (plain_on_loopback && loopback(&url)) {
        return Ok(url);
    }
    Err("must be https; plain http is possible on a loopback address only, with server.allow_plain_http_on_loopback = true".to_owned())
}

pub(super) fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
