//! What is meant: the configuration in types. Valid as a whole.

use crate::model::{Issuer, ListenAddress, ProviderId};
use ipnet::IpNet;
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// The configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where Samovar itself is reached.
    pub server: Server,
    /// The Gitea server.
    pub gitea: Gitea,
    /// Other providers, in the order of the file.
    pub providers: Vec<Provider>,
    /// How often Gitea is asked.
    pub mirror: Mirror,
    /// How long a browser stays signed in.
    pub session: Session,
    /// Tokens of Samovar's own.
    pub token: Token,
    /// What the audit log keeps.
    pub audit: Audit,
    /// The server's own log.
    pub log: Log,
}

/// Where Samovar itself is reached, and where it keeps its state.
#[derive(Debug, Clone)]
pub struct Server {
    /// Scheme, host and port; https, or http on loopback.
    pub external_url: Url,
    /// At least one.
    pub listen: Vec<SocketAddr>,
    /// For forward-auth alone; at least one.
    pub forward_auth_listen: Vec<ListenAddress>,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Folder of the store.
    pub state_dir: PathBuf,
    /// Bytes that are kept free on the disk of the state folder.
    pub disk_reserve: u64,
    /// Unix socket for the command line.
    pub admin_socket: PathBuf,
    /// What seals the secrets of the state folder.
    pub seal_key: SealKey,
}

/// 32 bytes that are never printed.
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// From the bytes.
    pub(super) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes: for the seal and nothing else.
    pub const fn expose(&self) -> [u8; 32] {
        self.0
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// The Gitea server.
#[derive(Debug, Clone)]
pub struct Gitea {
    /// For browsers.
    pub url: Url,
    /// For our own calls, where it differs.
    pub internal_url: Option<Url>,
    /// The issuer that discovery names, where it is not `url`.
    pub issuer: Option<String>,
    /// The application registered in Gitea for sign-in.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Token of the service identity.
    pub token: SecretString,
    /// More certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// For one answer.
    pub timeout: Duration,
}

/// Another OpenID provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its fixed id.
    pub id: ProviderId,
    /// For people.
    pub name: String,
    /// Exactly as discovery names it.
    pub issuer: String,
    /// The same as an address.
    pub url: Url,
    /// For our own calls, in the place of `url`.
    pub internal_url: Option<Url>,
    /// The client registered there.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    /// Name of the claim, or a JSON pointer.
    pub groups_claim: String,
    /// Where it is read.
    pub groups_from: GroupsFrom,
    /// Groups that the provider tells at most.
    pub groups_cap: Option<usize>,
    /// Gitea's authentication source that is this provider.
    pub gitea_source_id: Option<i64>,
    /// More certificates to trust.
    pub ca_file: Option<PathBuf>,
}

/// Where the groups claim is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupsFrom {
    /// The ID token alone.
    Token,
    /// Userinfo alone.
    Userinfo,
    /// Userinfo when the ID token lacks it.
    TokenOrUserinfo,
}

/// How often Gitea is asked.
#[derive(Debug, Clone, Copy)]
pub struct Mirror {
    /// Between two readings of everything.
    pub full_pass: Duration,
    /// Older facts are read again.
    pub freshness_bound: Duration,
    /// While Gitea is away.
    pub grace: Duration,
    /// Calls at the same time.
    pub concurrency: usize,
}

/// How long a browser stays signed in.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Without use.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

/// Tokens of Samovar's own, and the keys that sign them.
#[derive(Debug, Clone)]
pub struct Token {
    /// Between two signing keys.
    pub signing_key_rotation: Duration,
    /// The absolute life of a grant.
    pub grant: Duration,
    /// Issuers of workload tokens that service accounts may trust.
    pub workload_issuers: BTreeSet<Issuer>,
}

/// What the audit log keeps of reads and refusals.
#[derive(Debug, Clone, Copy)]
pub struct Audit {
    /// Repeats within it are counted.
    pub window: Duration,
    /// Events per minute of each class that callers without a valid credential can cause.
    pub anonymous_events_per_minute: u32,
}

/// The server's own log.
#[derive(Debug, Clone)]
pub struct Log {
    /// Form of a line.
    pub format: LogFormat,
    /// From which level on.
    pub level: tracing::Level,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
