//! From services to doors: what is served at which host, and what each door is given.

use super::outside::{is_https, own_host};
use super::services::Services;
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
use crate::token::{ProxySecrets, SealKey};
use crate::webui;
use poem::{Endpoint, Response, Route};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Longest that a door may take for an answer; a full reading of Gitea is the slowest.
const ANSWER: Duration = Duration::from_secs(60);

/// Connections of peers that are no trusted proxies, at the listener for checks: they are only told so.
const UNTRUSTED_CHECKS: usize = 64;

/// Stands for the application's own address in generated blocks; people replace it.
const UPSTREAM: &str = "127.0.0.1:9000";

/// The gate with everything behind it.
pub(super) fn gate(
    meant: &Config,
    services: &Services,
    capabilities: &Capabilities,
) -> Result<Gate, AppError> {
    let https = is_https(meant);
    let own = own_host(meant)?;
    let route = health::routes(Route::new(), probes(services));
    let route = auth::own(route, &services.sign_in);
    let route = oauth::routes(
        route,
        (&services.oauth, &services.gatekeeper),
        Cookies::new(https),
    );
    let api = api::endpoint(Arc::new(api_services(meant, services, capabilities)?));
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
        trusted: TrustedProxies::new(meant.server.trusted_proxies.clone()),
        bodies: BodyLimits::default(),
        answer_timeout: ANSWER,
    };
    let both = (
        Arc::clone(&capabilities.clock),
        Arc::clone(&capabilities.random),
    );
    let gate = Gate::new(settings, surfaces, Arc::clone(&services.policy), both);
    let gatekeeper = Arc::clone(&services.gatekeeper);
    Ok(gate.with_known_callers(api::known_callers(gatekeeper, Cookies::new(https))))
}

/// Limits of both kinds of listener.
pub(super) struct ListenerLimits {
    pub public: listener::Settings,
    pub forward_auth: listener::Settings,
}

/// Within the file descriptors that the system grants. Checks have connections of their own, which no stranger can take.
pub(super) fn listener_settings(meant: &Config) -> ListenerLimits {
    let descriptors = descriptors::for_connections();
    let of_kind = |limits: listener::ConnectionLimits, descriptors: usize| listener::Settings {
        connections: limits.within(descriptors),
        trusted: TrustedProxies::new(meant.server.trusted_proxies.clone()),
        ..listener::Settings::default()
    };
    let checks = listener::ConnectionLimits {
        clients: UNTRUSTED_CHECKS,
        ..listener::ConnectionLimits::default()
    };
    ListenerLimits {
        public: of_kind(listener::ConnectionLimits::default(), descriptors / 3 * 2),
        forward_auth: of_kind(checks, descriptors / 3),
    }
}

fn api_services(
    meant: &Config,
    services: &Services,
    capabilities: &Capabilities,
) -> Result<api::Services, AppError> {
    Ok(api::Services {
        gatekeeper: Arc::clone(&services.gatekeeper),
        admin: Arc::clone(&services.admin),
        claim: Arc::clone(&services.claim),
        mirror: Arc::clone(&services.mirror),
        sessions: Arc::clone(&services.sessions),
        providers: Arc::clone(&services.providers),
        audit_log: Arc::clone(&services.audit_log),
        clock: Arc::clone(&capabilities.clock),
        session_cookie: Cookies::new(is_https(meant))
            .name(Cookie::Session)
            .to_owned(),
        snippets: snippets(meant)?,
        proxy_secrets: checks_need_secret(meant).then(|| proxy_secrets(meant)),
    })
}

/// What the listeners of forward-auth serve.
pub(super) fn forward_auth_gate(
    meant: &Config,
    services: &Services,
    capabilities: &Capabilities,
) -> Result<ForwardAuthGate<Gatekeeper>, AppError> {
    let services = forward_auth::CheckServices {
        decision_point: Arc::clone(&services.gatekeeper),
        policy: Arc::clone(&services.policy),
        secrets: proxy_secrets(meant),
        clock: Arc::clone(&capabilities.clock),
        https: is_https(meant),
        warnings: LogLimit::default(),
    };
    let settings = forward_auth::GateSettings {
        own: own_host(meant)?,
        trusted: TrustedProxies::new(meant.server.trusted_proxies.clone()),
    };
    Ok(ForwardAuthGate::new(
        settings,
        services,
        &*capabilities.random,
    ))
}

/// Do generated blocks name an address at which a check must carry a secret?
fn checks_need_secret(meant: &Config) -> bool {
    let first = meant.server.forward_auth_listen.first();
    first.is_some_and(ListenAddress::is_remote)
}

fn proxy_secrets(meant: &Config) -> ProxySecrets {
    SealKey::new(meant.server.seal_key.expose()).proxy_secrets()
}

/// What generated proxy blocks are filled with.
fn snippets(meant: &Config) -> Result<SnippetSettings, AppError> {
    let own = own_host(meant)?;
    let listen = meant.server.listen.first();
    let samovar = listen.map(|address| reachable(*address, &own));
    let checks = meant.server.forward_auth_listen.first();
    let forward_auth = match checks {
        Some(ListenAddress::Unix(path)) => CheckAddress::Unix(path.display().to_string()),
        Some(ListenAddress::Tcp(address)) => CheckAddress::Tcp(reachable(*address, &own)?),
        // The configuration names at least one.
        None => CheckAddress::Tcp(own.clone()),
    };
    Ok(SnippetSettings {
        samovar: samovar.unwrap_or_else(|| Ok(own.clone()))?,
        forward_auth,
        secret: None,
        own,
        https: is_https(meant),
        upstream: UPSTREAM.parse().map_err(AppError::Host)?,
    })
}

/// The address, as a proxy can call it: the server's own name in the place of "every address of this machine".
fn reachable(address: SocketAddr, own: &HostName) -> Result<HostName, AppError> {
    let text = if address.ip().is_unspecified() {
        format!("{}:{}", own.host(), address.port())
    } else {
        address.to_string()
    };
    text.parse().map_err(AppError::Host)
}

/// What the command line reaches.
pub(super) fn operator(
    services: &Services,
    capabilities: &Capabilities,
) -> impl Endpoint<Output = Response> + use<> {
    admin_socket::routes(Arc::new(admin_socket::AdminSocketServices {
        gatekeeper: Arc::clone(&services.gatekeeper),
        admin: Arc::clone(&services.admin),
        claim: Arc::clone(&services.claim),
        break_glass: Arc::clone(&services.break_glass),
        mirror: Arc::clone(&services.mirror),
        clock: Arc::clone(&capabilities.clock),
        random: Arc::clone(&capabilities.random),
        started_at: capabilities.clock.now(),
    }))
}

fn probes(services: &Services) -> Vec<Probe> {
    let (store, mirror) = (services.store.clone(), Arc::clone(&services.mirror));
    let admin = Arc::clone(&services.admin);
    let disk = services.store.clone();
    vec![
        Probe {
            name: "store",
            vital: true,
            ask: Box::new(move || store.healthy().map_err(|error| error.to_string())),
        },
        // Reads go on without it.
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
