//! What the configuration says of the outside world, as settings of services: HTTP clients, Gitea, providers, addresses.

use super::{AppError, Capabilities};
use crate::config::{Config, ProviderConfig};
use crate::gitea;
use crate::mirror::{self, Mirror};
use crate::model::{Clock, DisplayText, HostName, ProviderId};
use crate::oidc::{self, OidcProvider, WorkloadIssuers};
use crate::outgoing::{self, OutgoingError};
use crate::sign_in::providers::Providers;
use crate::store::{Store, StoreSnapshot};
use crate::token::SealKey;
use secrecy::ExposeSecret as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The outgoing client for Gitea.
pub(super) fn gitea_client(config: &Config) -> Result<reqwest::Client, AppError> {
    let ca_file = config.gitea.ca_file.as_deref();
    client(config.gitea.timeout, ca_file, "gitea.ca_file")
}

/// An outgoing client with time limits.
fn client(
    timeout: Duration,
    ca_file: Option<&Path>,
    key: &'static str,
) -> Result<reqwest::Client, AppError> {
    let builder = outgoing::client(ca_file);
    let builder = builder.map_err(|error| match (error, ca_file) {
        (OutgoingError::Certificates(reason), Some(path)) => AppError::CaFile {
            key,
            path: path.display().to_string(),
            reason,
        },
        (error, _) => AppError::Trust(error),
    })?;
    let builder = builder
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .timeout(timeout)
        .user_agent(concat!("samovar/", env!("CARGO_PKG_VERSION")));
    builder.build().map_err(AppError::HttpClient)
}

pub(super) fn mirror(
    config: &Config,
    http: &reqwest::Client,
    store: &Store,
    capabilities: &Capabilities,
    snapshot: &StoreSnapshot,
) -> Mirror {
    let Capabilities { clock, random } = capabilities;
    let gitea = &config.gitea;
    let settings = gitea::Settings {
        base_url: gitea
            .internal_url
            .clone()
            .unwrap_or_else(|| gitea.url.clone()),
        public_url: gitea.url.clone(),
        token: gitea.token.clone(),
        timeout: gitea.timeout,
        retry_pause: Duration::from_millis(250),
        http: http.clone(),
    };
    let client = gitea::GiteaClient::new(settings, Arc::clone(clock), Arc::clone(random));
    let settings = mirror::Settings {
        full_sync_interval: config.mirror.full_pass,
        freshness_bound: config.mirror.freshness_bound,
        grace: config.mirror.grace,
        concurrency: config.mirror.concurrency,
    };
    Mirror::new(
        client,
        store.clone(),
        capabilities.clone(),
        settings,
        snapshot,
    )
}

/// Scopes of a sign-in at Gitea, which keeps those of a person's first consent: more could not be added later.
const GITEA_SCOPES: [&str; 5] = [
    "profile",
    "email",
    "groups",
    "read:user",
    "read:organization",
];

/// Gitea first, then the others in the order of the configuration.
pub(super) fn providers(
    config: &Config,
    http: &reqwest::Client,
    capabilities: &Capabilities,
) -> Result<Providers, AppError> {
    let clock = || Arc::clone(&capabilities.clock);
    let gitea = OidcProvider::new(gitea_settings(config), http.clone(), clock());
    let others = config.providers.iter().map(|other| {
        let ca_file = other.ca_file.as_deref();
        let http = client(config.gitea.timeout, ca_file, "ca_file of a provider")?;
        Ok(OidcProvider::new(settings(config, other), http, clock()))
    });
    let others = others.collect::<Result<_, AppError>>()?;
    Ok(Providers::new(gitea, others))
}

fn callback(config: &Config, id: &str) -> Url {
    let mut address = config.server.external_url.clone();
    address.set_path(&format!("/auth/callback/{id}"));
    address
}

fn gitea_settings(config: &Config) -> oidc::Settings {
    let gitea = &config.gitea;
    oidc::Settings {
        id: ProviderId::gitea(),
        name: DisplayText::lossy("Gitea"),
        url: gitea.url.clone(),
        internal_url: gitea.internal_url.clone(),
        issuer: gitea.issuer.clone(),
        issuer_keys: "`gitea.url`, or set `gitea.issuer`".to_owned(),
        client_id: gitea.client_id.clone(),
        client_secret: gitea.client_secret.clone(),
        redirect_uri: callback(config, ProviderId::GITEA),
        scopes: GITEA_SCOPES.map(str::to_owned).to_vec(),
        groups: None,
        gitea_source: None,
    }
}

fn settings(config: &Config, other: &ProviderConfig) -> oidc::Settings {
    let name = other.name.as_deref();
    oidc::Settings {
        id: other.id.clone(),
        name: DisplayText::lossy(name.unwrap_or(other.id.as_str())),
        url: other.issuer.url.clone(),
        internal_url: other.internal_url.clone(),
        issuer: Some(other.issuer.text.clone()),
        issuer_keys: format!("`issuer` of provider `{}`", other.id),
        client_id: other.client_id.clone(),
        client_secret: other.client_secret.clone(),
        redirect_uri: callback(config, other.id.as_str()),
        scopes: other.scopes.clone(),
        groups: Some(oidc::GroupsClaim {
            claim: other.groups_claim.clone(),
            from: other.groups_from,
            cap: other.groups_cap,
        }),
        gitea_source: other.gitea_source_id,
    }
}

/// Longest wait for an issuer of workload tokens.
const ISSUER_TIMEOUT: Duration = Duration::from_secs(10);

/// Finds the owners of Gitea tokens that are exchanged.
pub(super) fn token_owners(config: &Config, http: &reqwest::Client) -> gitea::TokenOwnerLookup {
    let gitea = &config.gitea;
    let inner = gitea.internal_url.clone();
    gitea::TokenOwnerLookup::new(gitea::TokenOwnerSettings {
        base_url: inner.unwrap_or_else(|| gitea.url.clone()),
        client_id: gitea.client_id.clone(),
        client_secret: gitea.client_secret.clone(),
        timeout: gitea.timeout,
        http: http.clone(),
    })
}

/// Verifies tokens of workloads that are exchanged.
pub(super) fn workload_issuers(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<WorkloadIssuers, AppError> {
    let gitea = &config.gitea;
    let timeout = gitea.timeout.min(ISSUER_TIMEOUT);
    let http = client(timeout, gitea.ca_file.as_deref(), "gitea.ca_file")?;
    Ok(WorkloadIssuers::new(http, Arc::clone(clock)))
}

/// The key that seals the secrets of the state folder.
pub(super) fn seal_key(config: &Config) -> SealKey {
    SealKey::new(*config.server.seal_key.expose_secret())
}

/// Samovar as the issuer of its own tokens: the external URL without a last slash (RFC 8414 section 2).
pub(super) fn issuer(config: &Config) -> String {
    let url = config.server.external_url.as_str();
    url.trim_end_matches('/').to_owned()
}

/// Do browsers reach Samovar by https?
pub(super) fn is_https(config: &Config) -> bool {
    config.server.external_url.scheme() == "https"
}

/// Host and port of Samovar itself, as browsers send them.
pub(super) fn own_host(config: &Config) -> Result<HostName, AppError> {
    let url = &config.server.external_url;
    let host = url.host_str().unwrap_or_default();
    let text = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    text.parse().map_err(AppError::Host)
}
