//! `/oauth/token`: issues a token, by grant type.

use super::answer;
use super::form::FormParameters;
use crate::http::RequestContext;
use crate::oauth::{
    AuthorizationServer, CodeRequest, ExchangeRequest, OAuthError, RefreshRequest, TokenResponse,
};
use poem::web::Data;
use poem::{Request, Response, handler};
use std::sync::Arc;

/// The supported grant types, which the metadata lists.
pub(super) const GRANT_TYPES: [&str; 5] = [
    "authorization_code",
    "client_credentials",
    "refresh_token",
    DEVICE_CODE,
    TOKEN_EXCHANGE,
];

/// RFC 8628 section 3.4.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// RFC 8693 section 2.1.
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Issues a token.
#[handler]
pub(super) async fn issue(
    server: Data<&Arc<AuthorizationServer>>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    match by_grant_type(&server, &context, request, &body).await {
        Ok(answer) => answer::tokens(&answer),
        Err(error) => answer::error(&error),
    }
}

async fn by_grant_type(
    server: &AuthorizationServer,
    context: &RequestContext,
    request: &Request,
    body: &[u8],
) -> Result<TokenResponse, OAuthError> {
    let form = FormParameters::of_body(request, body)?;
    let credentials = form.credentials(request)?;
    let origin = &context.origin;
    match form.required("grant_type")? {
        "client_credentials" => {
            let token_request = form.token_request()?;
            server
                .client_credentials(&credentials, &token_request, origin)
                .await
        }
        "authorization_code" => {
            let code = CodeRequest {
                code: form.required("code")?.to_owned(),
                redirect_uri: form.required("redirect_uri")?.to_owned(),
                verifier: form.required("code_verifier")?.to_owned(),
            };
            server.redeem(&credentials, &code, origin).await
        }
        "refresh_token" => {
            let refresh = RefreshRequest {
                refresh_token: form.required("refresh_token")?.to_owned(),
                token_request: form.token_request()?,
            };
            server.refresh(&credentials, &refresh, origin).await
        }
        TOKEN_EXCHANGE => {
            let exchange = ExchangeRequest {
                subject_token: form.required("subject_token")?.into(),
                subject_token_type: form.required("subject_token_type")?.to_owned(),
                requested_token_type: form.text("requested_token_type"),
                actor_token: form.get("actor_token").is_some(),
                actor_token_type: form.get("actor_token_type").is_some(),
                token_request: form.token_request()?,
            };
            server.exchange(&credentials, &exchange, origin).await
        }
        DEVICE_CODE => {
            let code = form.required("device_code")?;
            server.redeem_device(&credentials, code, origin).await
        }
        _ => Err(OAuthError::GrantTypeUnsupported),
    }
}
