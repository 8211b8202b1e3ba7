//! Answers of the OAuth endpoints (RFC 6749 section 5): JSON that must not be cached.

use crate::oauth::{OAuthError, TokenResponse};
use poem::Response;
use poem::http::{StatusCode, header};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

/// A successful token response.
pub(super) fn tokens(answer: &TokenResponse) -> Response {
    let mut members = Map::new();
    members.insert("access_token".to_owned(), json!(answer.access_token));
    members.insert("token_type".to_owned(), json!("Bearer"));
    members.insert("expires_in".to_owned(), json!(answer.expires_in.as_secs()));
    members.insert("scope".to_owned(), json!(answer.scope.to_string()));
    if let Some(token) = &answer.refresh_token {
        members.insert("refresh_token".to_owned(), json!(token.expose_secret()));
    }
    if let Some(kind) = answer.issued_token_type {
        members.insert("issued_token_type".to_owned(), json!(kind));
    }
    object(StatusCode::OK, &Value::Object(members))
}

/// An error response. Where the error code is less specific than the cause, `code` is the problem code; clients ignore
/// unknown members (RFC 6749 section 5.1).
pub(super) fn error(error: &OAuthError) -> Response {
    let mut body = json!({ "error": error.code(), "error_description": error.to_string() });
    if let (Some(code), Some(members)) = (error.cause(), body.as_object_mut()) {
        members.insert("code".to_owned(), json!(code));
    }
    let mut response = object(status(error), &body);
    let headers = response.headers_mut();
    // RFC 9110 section 15.5.2 requires a challenge on every 401, also if the secret was sent in the body.
    if status(error) == StatusCode::UNAUTHORIZED {
        let challenge = header::HeaderValue::from_static("Basic realm=\"samovar\"");
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    let wait = match error {
        OAuthError::TooMany(wait) => Some(wait.as_secs() + 1),
        error => (status(error) == StatusCode::SERVICE_UNAVAILABLE).then_some(5),
    };
    if let Some(seconds) = wait {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn status(error: &OAuthError) -> StatusCode {
    match error {
        OAuthError::ClientInvalid => StatusCode::UNAUTHORIZED,
        OAuthError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        OAuthError::Stale(_)
        | OAuthError::Away(_)
        | OAuthError::StorageLow
        | OAuthError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// JSON that must not be cached (RFC 6749 section 5.1). Scripts of any origin may read it, since no cookie authorizes it.
pub(super) fn object(status: StatusCode, body: &Value) -> Response {
    Response::builder()
        .status(status)
        .content_type("application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::PRAGMA, "no-cache")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body.to_string())
}
