//! `/oauth/introspect` and `/oauth/revoke`: the current state of a token, and its revocation.

use super::answer;
use super::form::FormParameters;
use crate::http::RequestContext;
use crate::model::Principal;
use crate::oauth::{AuthorizationServer, OAuthError, TokenIntrospection};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Request, Response, handler};
use serde_json::{Value, json};
use std::sync::Arc;

type Server<'a> = Data<&'a Arc<AuthorizationServer>>;

/// Whether the token is active, with its claims (RFC 7662 section 2).
#[handler]
pub(super) async fn introspect(
    server: Server<'_>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let response = async {
        let form = FormParameters::of_body(request, &body)?;
        let (credentials, token) = (form.credentials(request)?, form.required("token")?);
        server
            .introspect(&credentials, token, &context.origin)
            .await
    };
    match response.await {
        Ok(active) => answer::object(StatusCode::OK, &show(active.as_ref(), server.issuer())),
        Err(error) => answer::error(&error),
    }
}

/// Revokes a token (RFC 7009 section 2).
#[handler]
pub(super) async fn revoke(
    server: Server<'_>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let response = async {
        let form = FormParameters::of_body(request, &body)?;
        let (credentials, token) = (form.credentials(request)?, form.required("token")?);
        server.revoke(&credentials, token, &context.origin).await
    };
    let revoked: Result<(), OAuthError> = response.await;
    match revoked {
        Ok(()) => answer::object(StatusCode::OK, &json!({})),
        Err(error) => answer::error(&error),
    }
}

fn show(active: Option<&TokenIntrospection>, issuer: &str) -> Value {
    let Some(TokenIntrospection {
        token,
        scope,
        roles,
    }) = active
    else {
        return json!({ "active": false });
    };
    let (sub, kind) = match token.principal {
        Principal::User(id) => (id.to_string(), "user"),
        Principal::ServiceAccount(id) => (id.to_string(), "service-account"),
        _ => return json!({ "active": false }),
    };
    let mut members = json!({
        "active": true,
        "token_type": "Bearer",
        "iss": issuer,
        "sub": sub,
        "aud": token.audience.as_str(),
        "exp": token.expires_at.seconds(),
        "iat": token.issued_at.seconds(),
        "nbf": token.issued_at.seconds(),
        "jti": token.id.to_string(),
        "client_id": token.client,
        "scope": scope.to_string(),
        "username": token.name,
        "principal_kind": kind,
        "roles": roles,
    });
    let more = [
        ("act", token.actor.as_ref().map(|actor| json!(actor))),
        ("provider", token.provider.as_ref().map(|id| json!(id))),
    ];
    for (name, value) in more {
        if let (Some(value), Some(members)) = (value, members.as_object_mut()) {
            members.insert(name.to_owned(), value);
        }
    }
    members
}
