//! The metadata of the authorization server (RFC 8414), and the keys that verify its tokens (RFC 7517).

use crate::model::SigningAlgorithm;
use crate::oauth::AuthorizationServer;
use crate::token::KEY_CACHE_AGE;
use poem::http::header;
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, handler};
use serde_json::{Value, json};
use std::sync::Arc;

/// The metadata document.
#[handler]
pub(super) fn metadata(server: Data<&Arc<AuthorizationServer>>) -> Response {
    published(Json(document(server.issuer())))
}

/// The published keys.
#[handler]
pub(super) fn keys(server: Data<&Arc<AuthorizationServer>>) -> Response {
    let keys = server.keys().to_string();
    published(keys.with_content_type("application/jwk-set+json"))
}

fn document(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let algorithms = SigningAlgorithm::ALL.map(SigningAlgorithm::as_str);
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "introspection_endpoint": at("/oauth/introspect"),
        "revocation_endpoint": at("/oauth/revoke"),
        "device_authorization_endpoint": at("/oauth/device"),
        "jwks_uri": at("/oauth/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": super::token::GRANT_TYPES,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "access_token_signing_alg_values_supported": algorithms,
        "service_documentation": at("/api/docs"),
    })
}

/// A public answer, cached for at most the time for which a new key is published before it signs. Scripts of any origin
/// may read it.
fn published(body: impl IntoResponse) -> Response {
    let age = format!("public, max-age={}", KEY_CACHE_AGE.as_secs());
    body.with_header(header::CACHE_CONTROL, age)
        .with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .into_response()
}
