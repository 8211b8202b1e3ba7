//! Forward-auth: proxies check whether a request is allowed. One endpoint for each proxy's dialect; each reads only the
//! headers of its dialect, only from trusted proxies, and never its own query.
//!
//! Knows `access` and the form of answers. Must never decide or read a body.

mod caddy;
mod cors;
mod forwarded;
mod gate;
mod nginx;
mod services;
pub mod snippets;

pub use gate::{FirstCheck, ForwardAuthGate, Settings as GateSettings};
pub use services::{CheckServices, DecisionPoint};

use crate::http::RequestContext;
use poem::Response;
use poem::http::HeaderMap;

/// The path and the kind of check of every endpoint.
const ENDPOINTS: [(&str, CheckKind); 4] = [
    ("/forward-auth/nginx", CheckKind::NginxCheck),
    ("/forward-auth/nginx/answer", CheckKind::NginxAnswer),
    ("/forward-auth/caddy", CheckKind::Caddy),
    ("/forward-auth/caddy/preflight", CheckKind::CaddyPreflight),
];

/// The kind of check that a proxy requests.
#[derive(Debug, Clone, Copy)]
enum CheckKind {
    NginxCheck,
    NginxAnswer,
    Caddy,
    CaddyPreflight,
}

async fn respond<J: DecisionPoint>(
    services: &CheckServices<J>,
    kind: CheckKind,
    context: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    match kind {
        CheckKind::NginxCheck => nginx::check(services, context, headers).await,
        CheckKind::NginxAnswer => nginx::answer(services, context, headers).await,
        CheckKind::Caddy => caddy::check(services, context, headers).await,
        CheckKind::CaddyPreflight => caddy::preflight(services, context, headers),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
