//! Every section and every key of the file: one row holds the documentation, type, default and range of a key. The
//! example, the check of a file and the types of a valid configuration follow from the rows.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of a key is a comment of the example configuration"
)]

use super::duration::{DAY, HOUR, MINUTE};
use super::key::{KeyPath, Section};
use super::parse::{self, IssuerUrl};
use super::raw::RawConfig;
use super::reader::{
    KeyReader, choice, duration, duration_from, flag, list, number, text, text_with_flag,
};
use super::secrets::secret;
use crate::model::{GroupsSource, Issuer, ListenAddress, ProviderId};
use ipnet::IpNet;
use secrecy::{SecretBox, SecretString};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tracing::Level;
use url::Url;

/// Declares a section: the struct of its valid values, the documentation of its keys, and their readers. A row is
/// `key: type = reader`, below the documentation, which the example shows with the range after it.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $section:ident: $name:ident {
            $($(#[doc = $line:literal])+ $key:ident: $type:ty = $reader:expr;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        pub struct $name {
            $($(#[doc = $line])+ pub $key: $type,)+
        }

        impl $name {
            fn section() -> Section {
                Section {
                    name: stringify!($section),
                    repeated: false,
                    documentation: concat!($($about),+),
                    keys: vec![$(KeyReader::<$type>::key($reader, stringify!($key), &[$($line),+])),+],
                }
            }

            fn read(raw: &mut RawConfig<'_>, table: Option<usize>) -> Option<Self> {
                let path = KeyPath { section: stringify!($section), table, key: "" };
                $(let $key = KeyReader::<$type>::read(&$reader, raw, path.sibling(stringify!($key)));)+
                Some(Self { $($key: $key?),+ })
            }
        }
    };
}

section! {
    /// Where Samovar itself is reached, and where it keeps its state.
    server: ServerConfig {
        /// Address under which browsers reach Samovar: scheme, host and port, no path.
        /// Plain http is possible on loopback addresses only, with `allow_plain_http_on_loopback`.
        external_url: Url =
            text_with_flag("https://samovar.example.com", "allow_plain_http_on_loopback", parse::own_url).required();
        /// Addresses to listen on, as IP:port, for everything but forward-auth. A socket that systemd passes under another
        /// `FileDescriptorName` than forward-auth replaces them.
        listen: Vec<SocketAddr> =
            list(&["127.0.0.1:8700"], "an address such as `127.0.0.1:8700`", parse::from_text)
                .and_then(parse::listen_addresses);
        /// Addresses on which proxies ask for checks, and nothing else is served: IP:port or unix:/path. A Unix socket gets
        /// mode 0660 and the group of its folder, if the folder has the setgid bit. On an address that other machines reach,
        /// a check must carry the application's proxy secret, which the generated block contains. A socket that systemd
        /// passes under the `FileDescriptorName` forward-auth replaces them. Generated blocks name the first address.
        forward_auth_listen: Vec<ListenAddress> =
            list(
                &["127.0.0.1:8701"],
                "an address such as `127.0.0.1:8701` or `unix:/run/samovar/forward-auth.sock`",
                parse::from_text,
            )
            .and_then(parse::at_least_one);
        /// Networks of the proxies whose forwarded headers are trusted and which may ask for checks; each at most a /8 of
        /// IPv4 or a /16 of IPv6.
        trusted_proxies: Vec<IpNet> =
            list(&["127.0.0.1/32", "::1/128"], "a network such as `10.0.0.0/8`", parse::from_text);
        /// Folder of the store, mode 0700. One running server for each folder.
        state_dir: PathBuf = text("/var/lib/samovar", parse::absolute_path);
        /// Space that is kept free on the disk of `state_dir`, in MiB. With less, sign-ins, grants, changes and requests
        /// that may change something are refused with 503; reads of people who are signed in continue, and access still
        /// ends. Everything is accepted again as soon as there is space.
        disk_reserve_mib: u64 = number(256, 16..=1024 * 1024);
        /// Unix socket through which the command line reaches the running server.
        admin_socket: PathBuf = text("/run/samovar/admin.sock", parse::socket_path);
        /// File with the key that seals the secrets in the state folder: 32 random bytes in base64, as
        /// `openssl rand -base64 32` prints them. Otherwise the key comes from `SAMOVAR_SEAL_KEY` or the systemd credential
        /// seal-key. Keep a copy apart from backups of the state folder: without it the folder is of no use.
        seal_key: SecretBox<[u8; 32]> = secret("seal-key", "/etc/samovar/seal-key").and_then(parse::seal_key);
        /// For a trial: `external_url` may be plain http if its host is a loopback address.
        allow_plain_http_on_loopback: bool = flag();
    }
}

section! {
    /// The Gitea server that decides who is in which team.
    gitea: GiteaConfig {
        /// Address under which browsers reach Gitea; may have a path. https, or http on a loopback address.
        url: Url = text_with_flag("https://git.example.com", "allow_plain_http", parse::gitea_url).required();
        /// Address for Samovar's own calls, if it differs. https, or http on a loopback address.
        internal_url: Option<Url> =
            text_with_flag("https://gitea.internal:3000", "allow_plain_http", parse::gitea_url).optional();
        /// For a network that you trust: `url` and `internal_url` may be plain http on other machines. Everyone on the way
        /// can then read the token of the service identity, a site administrator's, and what people send when they sign in.
        allow_plain_http: bool = flag();
        /// The issuer that Gitea's discovery names, if it is not `url` (`JWT_CLAIM_ISSUER` in Gitea's `[oauth2]`).
        issuer: Option<String> = text("https://git.example.com", parse::gitea_issuer).optional();
        /// OAuth2 application made in Gitea: confidential, redirect URI `<external_url>/auth/callback/gitea`.
        /// Its secret comes from `SAMOVAR_GITEA_CLIENT_SECRET`, the systemd credential gitea-client-secret,
        /// or the file named by `client_secret_file`.
        client_id: String = text("00000000-0000-0000-0000-000000000000", parse::client_id).required();
        /// File with the client secret and nothing else, readable by the server's user alone.
        client_secret: SecretString = secret("gitea-client-secret", "/etc/samovar/gitea-client-secret");
        /// File with the access token of the service identity, a site administrator of its own, with the scopes
        /// read:admin, read:organization, read:user and read:repository. Otherwise the token comes from
        /// `SAMOVAR_GITEA_TOKEN` or the systemd credential gitea-token.
        token: SecretString = secret("gitea-token", "/etc/samovar/gitea-token");
        /// Certificates (PEM) to trust for Gitea in addition to those of the system.
        ca_file: Option<PathBuf> = text("/etc/samovar/ca.pem", parse::certificates).optional();
        /// Longest time for one response of Gitea.
        timeout: Duration = duration("10s", 1..=2 * MINUTE);
    }
}

section! {
    /// Another OpenID provider (Keycloak, Okta) with which people sign in; any number of them.
    provider: ProviderConfig {
        /// Fixed id: letters, digits and hyphens. People and groups are stored under it, so do not use it for another
        /// provider later. Register the redirect URI `<external_url>/auth/callback/<id>`, for the end of a sign-out
        /// `<external_url>/auth/signed-out`, for back-channel logout `<external_url>/auth/backchannel-logout/<id>`.
        id: ProviderId = text("keycloak", parse::provider_id).required();
        /// Name on the sign-in page; by default the id.
        name: Option<String> = text("Keycloak", parse::display_name).optional();
        /// The issuer exactly as discovery names it, path and last slash included; https.
        issuer: IssuerUrl = text("https://keycloak.example.com/realms/acme", parse::provider_issuer).required();
        /// Address for Samovar's own calls in place of the issuer, if it differs.
        internal_url: Option<Url> = text("http://10.0.0.8:8080/realms/acme", parse::base_url).optional();
        /// Client made at the provider: confidential, authorization code. Its secret comes from the environment variable
        /// `SAMOVAR_PROVIDER_<ID>_CLIENT_SECRET` (the id in capitals, _ for -), the systemd credential
        /// `provider-<id>-client-secret`, or the file named by `client_secret_file`.
        client_id: String = text("samovar", parse::client_id).required();
        /// File with the client secret and nothing else, readable by the server's user alone.
        client_secret: SecretString =
            secret("provider-<id>-client-secret", "/etc/samovar/keycloak-client-secret");
        /// Scopes in addition to openid; by default these. Okta lists no groups without "groups". An e-mail address counts
        /// only with `email_verified`: true, a JSON boolean (OpenID Core 5.1) and not a text.
        scopes: Vec<String> = list(&["profile", "email"], "a scope, a word without blanks", parse::scope);
        /// Claim that lists the person's groups: its name, or a JSON pointer such as "/realm_access/roles".
        /// By default "groups".
        groups_claim: String = text("groups", parse::claim);
        /// Where that claim is read. By default token-or-userinfo, which is userinfo if the ID
        /// token lacks the claim.
        groups_from: GroupsSource = choice("token-or-userinfo", &[
            ("token", GroupsSource::Token),
            ("userinfo", GroupsSource::Userinfo),
            ("token-or-userinfo", GroupsSource::TokenOrUserinfo),
        ]);
        /// Most groups that the provider lists (Okta: 100). A list of that length is marked: groups
        /// may be missing from it.
        groups_cap: Option<usize> = number(100, 1..=500).optional();
        /// Id of the authentication source in Gitea that is this provider. A person who signs in here is then the Gitea
        /// account that has this source and the subject as its external name. Without it, and for people without such an
        /// account, only the groups of this provider count. Nothing is ever matched by login, name or
        /// e-mail address.
        gitea_source_id: Option<i64> = number(1, 1..=i64::MAX).optional();
        /// Certificates (PEM) to trust for this provider in addition to those of the system.
        ca_file: Option<PathBuf> = text("/etc/samovar/keycloak-ca.pem", parse::certificates).optional();
    }
}

section! {
    /// How often Gitea is asked.
    mirror: MirrorConfig {
        /// Time between two full syncs.
        full_pass: Duration = duration("5m", 30..=DAY);
        /// Older facts about a person are read again before they decide. Losing a team in Gitea ends access within this
        /// time and one read.
        freshness_bound: Duration = duration("30s", 5..=10 * MINUTE);
        /// While Gitea is away, facts are used until they are this old; then requests are
        /// answered with 503.
        grace: Duration = duration_from("15m", "freshness_bound", DAY);
        /// Calls to Gitea at the same time.
        concurrency: usize = number(4, 1..=32);
    }
}

section! {
    /// How long a browser stays signed in.
    session: SessionConfig {
        /// A session that is not used for this long ends.
        idle: Duration = duration("12h", 5 * MINUTE..=30 * DAY);
        /// A session ends after this time in any case.
        absolute: Duration = duration_from("7d", "idle", 90 * DAY);
    }
}

section! {
    /// Samovar's own tokens, and the keys that sign them.
    token: TokenConfig {
        /// Another key signs after this time, published an hour before.
        signing_key_rotation: Duration = duration("30d", DAY..=365 * DAY);
        /// A person's grant to a client ends after this time in any case.
        grant: Duration = duration("30d", HOUR..=30 * DAY);
        /// Issuers of workload tokens that service accounts may trust, exactly as `iss` of the tokens spells them, such as
        /// `["https://token.actions.githubusercontent.com"]`. Samovar reads the keys of these issuers at their own address,
        /// and of no others.
        workload_issuers: BTreeSet<Issuer> =
            list(
                &[],
                "an issuer as its tokens spell it, such as `https://git.example.com/api/actions`: https, or http on a loopback address",
                parse::from_text,
            )
            .and_then(|issuers| Ok(BTreeSet::from_iter(issuers)));
    }
}

section! {
    /// What the audit log keeps of reads and refused requests.
    audit: AuditConfig {
        /// Repeats of the same read or the same refused request within this time are counted
        /// instead of written.
        window: Duration = duration("60s", 1..=HOUR);
        /// Events per minute that callers without a valid credential can cause, of each class: allowed reads, allowed
        /// requests that may change something, refused requests, sign-ins, logout notices of providers, tokens. One address
        /// block causes at most a quarter of a class, except of allowed changes. The rest is counted: one event a minute
        /// states how many of which kind.
        anonymous_events_per_minute: u32 = number(60, 1..=6000);
    }
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

section! {
    /// The server's own log, on standard error.
    log: LogConfig {
        /// Form of a line.
        format: LogFormat = choice("text", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
        /// Least severe level that is written.
        level: Level = choice("info", &[
            ("error", Level::ERROR),
            ("warn", Level::WARN),
            ("info", Level::INFO),
            ("debug", Level::DEBUG),
            ("trace", Level::TRACE),
        ]);
    }
}

/// A valid configuration.
#[derive(Debug)]
pub struct Config {
    /// `[server]`
    pub server: ServerConfig,
    /// `[gitea]`
    pub gitea: GiteaConfig,
    /// Each `[[provider]]`, in the order of the file.
    pub providers: Vec<ProviderConfig>,
    /// `[mirror]`
    pub mirror: MirrorConfig,
    /// `[session]`
    pub session: SessionConfig,
    /// `[token]`
    pub token: TokenConfig,
    /// `[audit]`
    pub audit: AuditConfig,
    /// `[log]`
    pub log: LogConfig,
}

/// Every section, in the order of the example.
pub(super) fn sections() -> Vec<Section> {
    let provider = Section {
        repeated: true,
        ..ProviderConfig::section()
    };
    vec![
        ServerConfig::section(),
        GiteaConfig::section(),
        provider,
        MirrorConfig::section(),
        SessionConfig::section(),
        TokenConfig::section(),
        AuditConfig::section(),
        LogConfig::section(),
    ]
}

/// Every value; `None` after an error.
pub(super) fn read(raw: &mut RawConfig<'_>) -> Option<Config> {
    let server = ServerConfig::read(raw, None);
    let gitea = GiteaConfig::read(raw, None);
    let tables = raw.tables("provider");
    let providers = tables.map(|table| ProviderConfig::read(raw, Some(table)));
    let providers: Vec<_> = providers.collect();
    let mirror = MirrorConfig::read(raw, None);
    let session = SessionConfig::read(raw, None);
    let token = TokenConfig::read(raw, None);
    let audit = AuditConfig::read(raw, None);
    let log = LogConfig::read(raw, None);
    Some(Config {
        server: server?,
        gitea: gitea?,
        providers: providers.into_iter().collect::<Option<_>>()?,
        mirror: mirror?,
        session: session?,
        token: token?,
        audit: audit?,
        log: log?,
    })
}
