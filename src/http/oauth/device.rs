//! `/oauth/device` for devices (RFC 8628 section 3.1), and `/device` for the people who let them in.
//!
//! A code is looked up only when it comes from our own form, so that no other site can spend anybody's tries.

use super::authorize::{session, to_sign_in};
use super::form::Form;
use super::{answer, pages};
use crate::http::{Problem, ProblemCode, RequestContext};
use crate::oauth::{
    AuthorizationServer, ConsentDecision, DeviceAuthorizationResponse, DeviceError, OAuthError,
};
use crate::session::Cookies;
use crate::token::{USER_CODE_WAIT, UserCodeError};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Request, Response, handler};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::sync::Arc;

type Server<'a> = Data<&'a Arc<AuthorizationServer>>;

/// Both codes for a device.
#[handler]
pub(super) async fn begin(
    server: Server<'_>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let begun = async {
        let form = Form::of_body(request, &body)?;
        let (proof, wanted) = (form.proof(request)?, form.wanted()?);
        let origin = exchange.origin;
        server.begin_device(&proof, &wanted, &origin).await
    };
    match begun.await {
        Ok(codes) => answer::object(StatusCode::OK, &shown(&codes, server.issuer())),
        Err(error) => answer::error(&error),
    }
}

fn shown(codes: &DeviceAuthorizationResponse, issuer: &str) -> Value {
    json!({
        "device_code": codes.device_code.expose_secret(),
        "user_code": codes.user_code.to_string(),
        "verification_uri": format!("{issuer}/device"),
        "verification_uri_complete": format!("{issuer}/device?user_code={}", codes.user_code),
        "expires_in": codes.expires_in.as_secs(),
        "interval": codes.interval.as_secs(),
    })
}

/// The form for a code, filled in when the address has one.
#[handler]
pub(super) async fn enter(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    request: &Request,
) -> Result<Response, Problem> {
    let code = Form::of_query(request)?
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

/// The code, which leads to the question; or the answer to it.
#[handler]
pub(super) async fn take(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let form = Form::of_body(request, &body)?;
    let (session, origin) = (session(**cookies, request), exchange.origin);
    let (session, code) = (session.as_ref(), form.get("user_code").unwrap_or_default());
    let done = match form.said()? {
        None => {
            let question = server.device_question(session, code, &origin).await;
            question.map(|question| pages::device(&question))
        }
        Some(said) => {
            let answered = server.answer_device(session, (code, &said), &origin);
            let (answered, allowed) = (answered.await, said != ConsentDecision::No);
            answered.map(|client| pages::device_answered(&client, allowed))
        }
    };
    match done {
        Ok(page) => Ok(page),
        Err(DeviceError::SignIn) => Ok(to_sign_in(**cookies, request, &here(code))),
        Err(denial) => Ok(pages::enter_code(code, Some(&problem(denial)))),
    }
}

/// The form with the code in it.
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
                UserCodeError::TooMany | UserCodeError::Crowded => ProblemCode::TooManyRequests,
            };
            Problem::new(code, error.to_string()).after(USER_CODE_WAIT.as_secs())
        }
        DeviceError::Person(OAuthError::ClientInvalid) => {
            let detail = "the client that asks was deleted or changed; start again on the device";
            Problem::new(ProblemCode::RequestMalformed, detail)
        }
        DeviceError::Person(error) => error.into(),
    }
}
