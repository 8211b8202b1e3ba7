//! From services to endpoints: what is served at which host, and the services and limits of each endpoint.

use super::outside::{is_https, own_host, seal_key};
use super::services::AppServices;
use super::{AppError, Capabilities, descriptors};
use crate::access::Gatekeeper;
use crate::admin::administrator_problem;
use crate::config::Config;
use crate::http::api;
use crate::http::auth;
use crate::http::forward_auth::snippets::{CheckAddress, SnippetSettings};
use crate::http::forward_auth::{self, ForwardAuthGate};
use crate::http::health::{self, Probe};
use crate::http::listener;
use crate::http::oauth;
use crate::http::{BodyLimits, Gate, LogLimit, Settings, Surfaces, TrustedProxies, admin_socket};
use crate::model::{HostName, ListenAddress};
use crate::session::{Cookie, Cookies};
use crate::token::ProxySecrets;
use crate::webui;
use poem::{Endpoint, Response, Route};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Longest time for a response; a full sync with Gitea is the slowest request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Connections to the listener for checks from peers that are not trusted proxies; they get an error only.
const UNTRUSTED_CHECKS: usize = 64;

/// Placeholder in generated blocks for the address of the application.
const UPSTREAM: &str = "127.0.0.1:9000";

/// The gate with every endpoint behind it.
pub(super) fn gate(
    config: &Config,
    services: &AppServices,
    capabilities: &Capabilities,
) -> Result<Gate, AppError> {
    let https = is_https(config);
    let own = own_host(config)?;
    let route = health::routes(Route::new(), probes(services));
    let route = auth::own(route, &services.sign_in);
    let route = oauth::routes(
        route,
        &services.oauth,
        &services.gatekeeper,
        Cookies::new(https),
    );
    let api = api::endpoint(Arc::new(api_services(config, services, capabilities)?));
    let surfaces = Surfaces {
        own: route
            .at("/api/docs", webui::endpoint())
            .nest_no_strip("/api", api)
            .nest("/", webui::endpoint()),
        application: auth::applications(Route::new(), &services.sign_in),
    };
    let settings = Settings {
        own,
        https,
        trusted: TrustedProxies::new(config.server.trusted_proxies.clone()),
        bodies: BodyLimits::default(),
        answer_timeout: ANSWER_TIMEOUT,
    };
    let policy = Arc::clone(&services.policy);
    let gate = Gate::new(settings, surfaces, policy, capabilities.clone());
    let gatekeeper = Arc::clone(&services.gatekeeper);
    Ok(gate.with_known_callers(api::known_callers(gatekeeper, Cookies::new(https))))
}

/// The limits of both kinds of listener.
pub(super) struct ListenerLimits {
    pub public: listener::Settings,
    pub forward_auth: listener::Settings,
}

/// Divides the file descriptors of the process. Checks have a share of their own, which anonymous clients cannot use up.
pub(super) fn listener_settings(config: &Config) -> ListenerLimits {
    let descriptors = descriptors::for_connections();
    let settings = |limits: listener::ConnectionLimits, descriptors: usize| listener::Settings {
        connections: limits.within(descriptors),
        trusted: TrustedProxies::new(config.server.trusted_proxies.clone()),
        ..listener::Settings::default()
    };
    let checks = listener::ConnectionLimits {
        clients: UNTRUSTED_CHECKS,
        ..listener::ConnectionLimits::default()
    };
    ListenerLimits {
        public: settings(listener::ConnectionLimits::default(), descriptors / 3 * 2),
        forward_auth: settings(checks, descriptors / 3),
    }
}

fn api_services(
    config: &Config,
    services: &AppServices,
    capabilities: &Capabilities,
) -> Result<api::Services, AppError> {
    Ok(api::Services {
        gatekeeper: Arc::clone(&services.gatekeeper),
        admin: Arc::clone(&services.admin),
        claim: Arc::clone(&services.bootstrap),
        mirror: Arc::clone(&services.mirror),
        sessions: Arc::clone(&services.sessions),
        providers: Arc::clone(&services.providers),
        audit_log: Arc::clone(&services.audit_log),
        clock: Arc::clone(&capabilities.clock),
        session_cookie: Cookies::new(is_https(config))
            .name(Cookie::Session)
            .to_owned(),
        snippets: snippets(config)?,
        proxy_secrets: checks_need_secret(config).then(|| proxy_secrets(config)),
    })
}

/// The endpoint of the forward-auth listeners.
pub(super) fn forward_auth_gate(
    config: &Config,
    services: &AppServices,
    capabilities: &Capabilities,
) -> Result<ForwardAuthGate<Gatekeeper>, AppError> {
    let services = forward_auth::CheckServices {
        decision_point: Arc::clone(&services.gatekeeper),
        policy: Arc::clone(&services.policy),
        secrets: proxy_secrets(config),
        clock: Arc::clone(&capabilities.clock),
        https: is_https(config),
        warnings: LogLimit::default(),
    };
    let settings = forward_auth::GateSettings {
        own: own_host(config)?,
        trusted: TrustedProxies::new(config.server.trusted_proxies.clone()),
    };
    Ok(ForwardAuthGate::new(
        settings,
        services,
        &*capabilities.random,
    ))
}

/// Do generated blocks name an address that requires a secret with each check?
fn checks_need_secret(config: &Config) -> bool {
    let first = config.server.forward_auth_listen.first();
    first.is_some_and(ListenAddress::is_remote)
}

fn proxy_secrets(config: &Config) -> ProxySecrets {
    seal_key(config).proxy_secrets()
}

/// The addresses in generated proxy blocks.
fn snippets(config: &Config) -> Result<SnippetSettings, AppError> {
    let own = own_host(config)?;
    let listen = config.server.listen.first();
    let samovar = listen.map(|address| reachable(*address, &own));
    let checks = config.server.forward_auth_listen.first();
    let forward_auth = match checks {
        Some(ListenAddress::Unix(path)) => CheckAddress::Unix(path.display().to_string()),
        Some(ListenAddress::Tcp(address)) => CheckAddress::Tcp(reachable(*address, &own)?),
        // Not reached: the configuration has at least one address.
        None => CheckAddress::Tcp(own.clone()),
    };
    Ok(SnippetSettings {
        samovar: samovar.unwrap_or_else(|| Ok(own.clone()))?,
        forward_auth,
        secret: None,
        own,
        https: is_https(config),
        upstream: UPSTREAM.parse().map_err(AppError::Host)?,
    })
}

/// The address as a proxy calls it: the server's own name in place of the unspecified address.
fn reachable(address: SocketAddr, own: &HostName) -> Result<HostName, AppError> {
    let text = if address.ip().is_unspecified() {
        format!("{}:{}", own.host(), address.port())
    } else {
        address.to_string()
    };
    text.parse().map_err(AppError::Host)
}

/// The endpoint of the administration socket.
pub(super) fn operator(
    services: &AppServices,
    capabilities: &Capabilities,
) -> impl Endpoint<Output = Response> + use<> {
    admin_socket::routes(Arc::new(admin_socket::AdminSocketServices {
        gatekeeper: Arc::clone(&services.gatekeeper),
        admin: Arc::clone(&services.admin),
        claim: Arc::clone(&services.bootstrap),
        break_glass: Arc::clone(&services.break_glass),
        mirror: Arc::clone(&services.mirror),
        clock: Arc::clone(&capabilities.clock),
        random: Arc::clone(&capabilities.random),
        started_at: capabilities.clock.now(),
    }))
}

fn probes(services: &AppServices) -> Vec<Probe> {
    let (store, mirror) = (services.store.clone(), Arc::clone(&services.mirror));
    let admin = Arc::clone(&services.admin);
    let disk = services.store.clone();
    vec![
        Probe {
            name: "store",
            vital: true,
            ask: Box::new(move || store.healthy().map_err(|error| error.to_string())),
        },
        // Reads continue without space.
        Probe {
            name: "disk",
            vital: false,
            ask: Box::new(move || disk.space().map_err(|low| low.to_string())),
        },
        Probe {
            name: "gitea",
            vital: false,
            ask: Box::new(move || mirror.status().not_ready_reason().map_or(Ok(()), Err)),
        },
        Probe {
            name: "administrator",
            vital: false,
            ask: Box::new(move || {
                let problem = administrator_problem(admin.administrators().state());
                problem.map_or(Ok(()), |problem| Err(problem.to_owned()))
            }),
        },
    ]
}
