//! Forward-auth: proxies ask whether a request may pass. One endpoint for each proxy's dialect, and each reads its own
//! headers alone, from trusted proxies only, and never its own query.
//!
//! Knows `access` and the forms of answers. Never decides, never reads a body.

mod caddy;
mod cors;
mod forwarded;
mod gate;
mod nginx;
mod services;
pub mod snippets;

pub use gate::{FirstCheck, ForwardAuthGate, Settings as GateSettings};
pub use services::{DecisionPoint, Services};

use crate::http::RequestContext;
use poem::Response;
use poem::http::HeaderMap;

/// Every endpoint: its path and the kind of check.
const ENDPOINTS: [(&str, CheckKind); 4] = [
    ("/forward-auth/nginx", CheckKind::NginxCheck),
    ("/forward-auth/nginx/answer", CheckKind::NginxAnswer),
    ("/forward-auth/caddy", CheckKind::Caddy),
    ("/forward-auth/caddy/preflight", CheckKind::CaddyPreflight),
];

/// What a proxy asks for.
#[derive(Debug, Clone, Copy)]
enum CheckKind {
    NginxCheck,
    NginxAnswer,
    Caddy,
    CaddyPreflight,
}

async fn respond<J: DecisionPoint>(
    services: &Services<J>,
    kind: CheckKind,
    exchange: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    match kind {
        CheckKind::NginxCheck => nginx::check(services, exchange, headers).await,
        CheckKind::NginxAnswer => nginx::answer(services, exchange, headers).await,
        CheckKind::Caddy => caddy::check(services, exchange, headers).await,
        CheckKind::CaddyPreflight => caddy::preflight(services, exchange, headers),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
