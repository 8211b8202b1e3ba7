//! `/oauth/device` for devices (RFC 8628 section 3.1), and `/device` for the users who approve them.
//!
//! A code is looked up only when it comes from the form of `/device`, so that no other site can use up a user's attempts.

use super::authorize::{session, to_sign_in};
use super::form::FormParameters;
use super::{answer, pages};
use crate::http::{Problem, ProblemCode, RequestContext};
use crate::oauth::{
    AuthorizationServer, ConsentDecision, DeviceAuthorizationResponse, DeviceError, OAuthError,
};
use crate::session::Cookies;
use crate::token::{USER_CODE_INTERVAL, UserCodeError};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Request, Response, handler};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::sync::Arc;

type Server<'a> = Data<&'a Arc<AuthorizationServer>>;

/// The device authorization request: issues both codes.
#[handler]
pub(super) async fn begin(
    server: Server<'_>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let response = async {
        let form = FormParameters::of_body(request, &body)?;
        let credentials = form.credentials(request)?;
        let token_request = form.token_request()?;
        let origin = context.origin;
        server
            .begin_device(&credentials, &token_request, &origin)
            .await
    };
    match response.await {
        Ok(codes) => answer::object(StatusCode::OK, &members(&codes, server.issuer())),
        Err(error) => answer::error(&error),
    }
}

fn members(codes: &DeviceAuthorizationResponse, issuer: &str) -> Value {
    json!({
        "device_code": codes.device_code.expose_secret(),
        "user_code": codes.user_code.to_string(),
        "verification_uri": format!("{issuer}/device"),
        "verification_uri_complete": format!("{issuer}/device?user_code={}", codes.user_code),
        "expires_in": codes.expires_in.as_secs(),
        "interval": codes.interval.as_secs(),
    })
}

/// The form for a user code, filled in with the code of the address.
#[handler]
pub(super) async fn enter(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    request: &Request,
) -> Result<Response, Problem> {
    let code = FormParameters::of_query(request)?
        .text("user_code")
        .unwrap_or_default();
    match server
        .may_answer(session(**cookies, request).as_ref())
        .await
    {
        Ok(()) => Ok(pages::enter_code(&code, None)),
        Err(DeviceError::SignIn) => Ok(to_sign_in(**cookies, request, &here(&code))),
        Err(denial) => Ok(pages::enter_code(&code, Some(&problem(denial)))),
    }
}

/// Handles a user code, which leads to the consent form, or the consent form itself.
#[handler]
pub(super) async fn submit(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let form = FormParameters::of_body(request, &body)?;
    let (session, origin) = (session(**cookies, request), context.origin);
    let (session, code) = (session.as_ref(), form.get("user_code").unwrap_or_default());
    let result = match form.decision()? {
        None => {
            let consent = server.device_question(session, code, &origin).await;
            consent.map(|consent| pages::device(&consent))
        }
        Some(decision) => {
            let answered = server.answer_device(session, code, &decision, &origin);
            let (answered, allowed) = (answered.await, decision != ConsentDecision::No);
            answered.map(|client| pages::device_answered(&client, allowed))
        }
    };
    match result {
        Ok(page) => Ok(page),
        Err(DeviceError::SignIn) => Ok(to_sign_in(**cookies, request, &here(code))),
        Err(denial) => Ok(pages::enter_code(code, Some(&problem(denial)))),
    }
}

/// The address of the form with this code.
fn here(code: &str) -> String {
    if code.is_empty() {
        return "/device".to_owned();
    }
    let code = utf8_percent_encode(code, NON_ALPHANUMERIC);
    format!("/device?user_code={code}")
}

fn problem(denial: DeviceError) -> Problem {
    match denial {
        DeviceError::SignIn => Problem::new(ProblemCode::CredentialsMissing, denial.to_string()),
        DeviceError::Code(error) => {
            let code = match error {
                UserCodeError::Unknown => ProblemCode::RequestMalformed,
                UserCodeError::TooManyGuesses | UserCodeError::TooManyApprovals => {
                    ProblemCode::TooManyRequests
                }
            };
            Problem::new(code, error.to_string()).after(USER_CODE_INTERVAL.as_secs())
        }
        DeviceError::Person(OAuthError::ClientInvalid) => {
            let detail = "the client was deleted or changed; start again on the device";
            Problem::new(ProblemCode::RequestMalformed, detail)
        }
        DeviceError::Person(error) => error.into(),
    }
}
