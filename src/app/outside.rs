//! The outside world as the configuration describes it: the outgoing client, Gitea behind the mirror, the provider.

use super::{AppError, Capabilities};
use crate::config::Meant;
use crate::gitea;
use crate::mirror::{self, Mirror};
use crate::model::HostName;
use crate::oidc::{self, Provider};
use crate::store::{Store, World};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The one outgoing client: no redirects, time limits, the system's trust store and the operator's own certificates.
pub(super) fn outgoing(meant: &Meant) -> Result<reqwest::Client, AppError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(meant.gitea.timeout.min(Duration::from_secs(5)))
        .timeout(meant.gitea.timeout)
        .user_agent(concat!("samovar/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &meant.gitea.ca_file {
        builder = builder.tls_certs_merge(certificates(path)?);
    }
    builder.build().map_err(AppError::Outgoing)
}

fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, AppError> {
    let fault = |reason: String| AppError::CaFile {
        path: path.display().to_string(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
    let found =
        reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| fault(error.to_string()))?;
    if found.is_empty() {
        return Err(fault("it holds no certificate in PEM form".to_owned()));
    }
    Ok(found)
}

pub(super) fn mirror(
    meant: &Meant,
    http: &reqwest::Client,
    store: &Store,
    capabilities: &Capabilities,
    world: &World,
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
    let client = gitea::Client::new(settings, Arc::clone(clock), Arc::clone(random));
    let settings = mirror::Settings {
        full_pass: meant.mirror.full_pass,
        bound: meant.mirror.freshness_bound,
        grace: meant.mirror.grace,
        concurrency: meant.mirror.concurrency,
    };
    let both = (Arc::clone(clock), Arc::clone(random));
    Mirror::new(client, store.clone(), both, settings, world)
}

/// Scopes of a sign-in at Gitea: right from the first day, because a grant's scope is frozen (design 4.2).
const GITEA_SCOPES: &[&str] = &[
    "profile",
    "email",
    "groups",
    "read:user",
    "read:organization",
];

pub(super) fn provider(
    meant: &Meant,
    http: &reqwest::Client,
    capabilities: &Capabilities,
) -> Result<Provider, AppError> {
    let gitea = &meant.gitea;
    let mut redirect_uri = meant.server.external_url.clone();
    redirect_uri.set_path("/auth/callback/gitea");
    let settings = oidc::Settings {
        id: "gitea".parse().map_err(AppError::BuiltIn)?,
        url: gitea.url.clone(),
        internal_url: gitea.internal_url.clone(),
        issuer: gitea.issuer.clone(),
        client_id: gitea.client_id.clone(),
        client_secret: gitea.client_secret.clone(),
        redirect_uri,
        scopes: GITEA_SCOPES,
    };
    let clock = Arc::clone(&capabilities.clock);
    Ok(Provider::new(settings, http.clone(), clock))
}

/// Samovar as the issuer of its own tokens: the external URL without a last slash (RFC 8414 section 2).
pub(super) fn issuer(meant: &Meant) -> String {
    let url = meant.server.external_url.as_str();
    url.trim_end_matches('/').to_owned()
}

/// Is the outside address https?
pub(super) fn is_https(meant: &Meant) -> bool {
    meant.server.external_url.scheme() == "https"
}

/// Host and port of Samovar itself, as browsers send them.
pub(super) fn own_host(meant: &Meant) -> Result<HostName, AppError> {
    let url = &meant.server.external_url;
    let host = url.host_str().unwrap_or_default();
    let text = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    text.parse().map_err(AppError::Host)
}
