//! The outside world as the configuration describes it: the outgoing client, Gitea behind the mirror, the providers.

use super::{AppError, Capabilities};
use crate::config::{self, Config};
use crate::gitea;
use crate::mirror::{self, Mirror};
use crate::model::{Clock, DisplayText, HostName};
use crate::oidc::{self, Provider, WorkloadIssuers};
use crate::outgoing::{self, OutgoingError};
use crate::sign_in::providers::Providers;
use crate::store::{Store, StoreSnapshot};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The outgoing client for Gitea.
pub(super) fn to_gitea(meant: &Config) -> Result<reqwest::Client, AppError> {
    let ca_file = meant.gitea.ca_file.as_deref();
    client(meant.gitea.timeout, ca_file, "gitea.ca_file")
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
    builder.build().map_err(AppError::Outgoing)
}

pub(super) fn mirror(
    meant: &Config,
    http: &reqwest::Client,
    store: &Store,
    capabilities: &Capabilities,
    world: &StoreSnapshot,
) -> Mirror {
    let Capabilities { clock, random } = capabilities;
    let gitea = &meant.gitea;
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
        full_sync_interval: meant.mirror.full_pass,
        freshness_bound: meant.mirror.freshness_bound,
        grace: meant.mirror.grace,
        concurrency: meant.mirror.concurrency,
    };
    let both = (Arc::clone(clock), Arc::clone(random));
    Mirror::new(client, store.clone(), both, settings, world)
}

/// Scopes of a sign-in at Gitea: right from the first day, because a grant's scope is frozen.
const GITEA_SCOPES: [&str; 5] = [
    "profile",
    "email",
    "groups",
    "read:user",
    "read:organization",
];

/// Gitea first, then the others in the order of the configuration.
pub(super) fn providers(
    meant: &Config,
    http: &reqwest::Client,
    capabilities: &Capabilities,
) -> Result<Providers, AppError> {
    let clock = || Arc::clone(&capabilities.clock);
    let gitea = Provider::new(gitea_settings(meant)?, http.clone(), clock());
    let others = meant.providers.iter().map(|other| {
        let ca_file = other.ca_file.as_deref();
        let http = client(meant.gitea.timeout, ca_file, "ca_file of a provider")?;
        Ok(Provider::new(settings(meant, other), http, clock()))
    });
    let others = others.collect::<Result<_, AppError>>()?;
    Ok(Providers::new(gitea, others))
}

fn callback(meant: &Config, id: &str) -> Url {
    let mut address = meant.server.external_url.clone();
    address.set_path(&format!("/auth/callback/{id}"));
    address
}

fn gitea_settings(meant: &Config) -> Result<oidc::Settings, AppError> {
    let gitea = &meant.gitea;
    Ok(oidc::Settings {
        id: "gitea".parse().map_err(AppError::BuiltIn)?,
        name: DisplayText::lossy("Gitea"),
        url: gitea.url.clone(),
        internal_url: gitea.internal_url.clone(),
        issuer: gitea.issuer.clone(),
        issuer_keys: "`gitea.url`, or set `gitea.issuer`".to_owned(),
        client_id: gitea.client_id.clone(),
        client_secret: gitea.client_secret.clone(),
        redirect_uri: callback(meant, "gitea"),
        scopes: GITEA_SCOPES.map(str::to_owned).to_vec(),
        groups: None,
        gitea_source: None,
    })
}

fn settings(meant: &Config, other: &config::Provider) -> oidc::Settings {
    oidc::Settings {
        id: other.id.clone(),
        name: DisplayText::lossy(&other.name),
        url: other.url.clone(),
        internal_url: other.internal_url.clone(),
        issuer: Some(other.issuer.clone()),
        issuer_keys: format!("`issuer` of provider `{}`", other.id),
        client_id: other.client_id.clone(),
        client_secret: other.client_secret.clone(),
        redirect_uri: callback(meant, other.id.as_str()),
        scopes: other.scopes.clone(),
        groups: Some(oidc::GroupsClaim {
            claim: other.groups_claim.clone(),
            from: match other.groups_from {
                config::GroupsFrom::Token => oidc::GroupsFrom::Token,
                config::GroupsFrom::Userinfo => oidc::GroupsFrom::Userinfo,
                config::GroupsFrom::TokenOrUserinfo => oidc::GroupsFrom::TokenOrUserinfo,
            },
            cap: other.groups_cap,
        }),
        gitea_source: other.gitea_source_id,
    }
}

/// An issuer of workload tokens answers within this time, or is away.
const ISSUER_TIMEOUT: Duration = Duration::from_secs(10);

/// Who checks tokens of others that are presented for one of ours.
pub(super) fn foreign_tokens(
    meant: &Config,
    http: &reqwest::Client,
    clock: &Arc<dyn Clock>,
) -> Result<(gitea::TokenOwnerLookup, WorkloadIssuers), AppError> {
    let gitea = &meant.gitea;
    let inner = gitea.internal_url.clone();
    let holders = gitea::TokenOwnerLookup::new(gitea::TokenOwnerSettings {
        base_url: inner.unwrap_or_else(|| gitea.url.clone()),
        client_id: gitea.client_id.clone(),
        client_secret: gitea.client_secret.clone(),
        timeout: gitea.timeout,
        http: http.clone(),
    });
    let timeout = gitea.timeout.min(ISSUER_TIMEOUT);
    let http = client(timeout, gitea.ca_file.as_deref(), "gitea.ca_file")?;
    let workloads = WorkloadIssuers::new(http, Arc::clone(clock));
    Ok((holders, workloads))
}

/// Samovar as the issuer of its own tokens: the external URL without a last slash (RFC 8414 section 2).
pub(super) fn issuer(meant: &Config) -> String {
    let url = meant.server.external_url.as_str();
    url.trim_end_matches('/').to_owned()
}

/// Is the outside address https?
pub(super) fn is_https(meant: &Config) -> bool {
    meant.server.external_url.scheme() == "https"
}

/// Host and port of Samovar itself, as browsers send them.
pub(super) fn own_host(meant: &Config) -> Result<HostName, AppError> {
    let url = &meant.server.external_url;
    let host = url.host_str().unwrap_or_default();
    let text = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    text.parse().map_err(AppError::Host)
}
