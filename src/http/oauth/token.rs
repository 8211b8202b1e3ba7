//! `/oauth/token`: one way to a token for each grant type.

use super::answer;
use super::form::Form;
use crate::http::RequestContext;
use crate::oauth::{AuthorizationServer, CodeRequest, ExchangeRequest, OAuthError, TokenResponse};
use poem::web::Data;
use poem::{Request, Response, handler};
use std::sync::Arc;

/// What is supported, as the metadata lists it.
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

/// A token, or why not.
#[handler]
pub(super) async fn issue(
    server: Data<&Arc<AuthorizationServer>>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    match by_grant_type(&server, &exchange, request, &body).await {
        Ok(answer) => answer::tokens(&answer),
        Err(error) => answer::error(&error),
    }
}

async fn by_grant_type(
    server: &AuthorizationServer,
    exchange: &RequestContext,
    request: &Request,
    body: &[u8],
) -> Result<TokenResponse, OAuthError> {
    let form = Form::of_body(request, body)?;
    let proof = form.proof(request)?;
    let origin = &exchange.origin;
    match form.must("grant_type")? {
        "client_credentials" => {
            let wanted = form.wanted()?;
            server.client_credentials(&proof, &wanted, origin).await
        }
        "authorization_code" => {
            let shown = CodeRequest {
                code: form.must("code")?.to_owned(),
                redirect_uri: form.must("redirect_uri")?.to_owned(),
                verifier: form.must("code_verifier")?.to_owned(),
            };
            server.redeem(&proof, &shown, origin).await
        }
        "refresh_token" => {
            let (token, wanted) = (form.must("refresh_token")?, form.wanted()?);
            server.refresh(&proof, (token, &wanted), origin).await
        }
        TOKEN_EXCHANGE => {
            let asked = ExchangeRequest {
                subject_token: form.must("subject_token")?.into(),
                subject_token_type: form.must("subject_token_type")?.to_owned(),
                requested_token_type: form.text("requested_token_type"),
                actor_token: form.get("actor_token").is_some(),
                actor_token_type: form.get("actor_token_type").is_some(),
                wanted: form.wanted()?,
            };
            server.exchange(&proof, &asked, origin).await
        }
        DEVICE_CODE => {
            let code = form.must("device_code")?;
            server.redeem_device(&proof, code, origin).await
        }
        _ => Err(OAuthError::GrantTypeUnsupported),
    }
}
