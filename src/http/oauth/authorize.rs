//! `/oauth/authorize`: a person is sent here by a client, asked where that is needed, and sent back with a code.

use super::form::Form;
use super::pages;
use crate::http::origin::check_visit;
use crate::http::{Problem, ProblemCode, RequestContext, cookie};
use crate::model::SessionSecret;
use crate::oauth::{
    AuthorizationServer, AuthorizeRequest, AuthorizeResult, ConsentDecision, OAuthError,
    ResourceOwner, TokenRequest,
};
use crate::session::{Cookie, Cookies};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::{Method, StatusCode, header};
use poem::web::Data;
use poem::{Request, Response, handler};
use std::sync::Arc;

type Server<'a> = Data<&'a Arc<AuthorizationServer>>;

/// The client sends the person here. What somebody's page asks for by itself is refused before it costs the person anything.
#[handler]
pub(super) async fn ask(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    check_visit(request)?;
    decide(&server, **cookies, (&exchange, request), None).await
}

/// The person answers: the form is sent to the very address that asked.
#[handler]
pub(super) async fn take_answer(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let said = Form::of_page(&body)?.said()?;
    decide(&server, **cookies, (&exchange, request), said.as_ref()).await
}

async fn decide(
    server: &AuthorizationServer,
    cookies: Cookies,
    (exchange, request): (&RequestContext, &Request),
    answer: Option<&ConsentDecision>,
) -> Result<Response, Problem> {
    let asked = read(request);
    let session = session(cookies, request);
    let person = ResourceOwner {
        session: session.as_ref(),
        answer,
    };
    match server.authorize(&asked, person, &exchange.origin).await? {
        AuthorizeResult::Back(to) if answer.is_some() && !pages::may_lead_to(&to) => {
            Ok(pages::onward(&to, "Back to the program"))
        }
        AuthorizeResult::Back(to) => Ok(go(&to)),
        AuthorizeResult::SignIn => Ok(to_sign_in(cookies, request, &here(request))),
        AuthorizeResult::Ask(consent) => Ok(pages::consent(&consent, &here(request))),
    }
}

fn read(request: &Request) -> AuthorizeRequest {
    let (form, repeated) = Form::of_query_with_error(request);
    let (wanted, error) = match form.wanted() {
        Ok(wanted) => (wanted, None),
        Err(error) => (TokenRequest::default(), Some(error)),
    };
    AuthorizeRequest {
        response_type: form.text("response_type"),
        client_id: form.text("client_id"),
        redirect_uri: form.text("redirect_uri"),
        state: form.text("state"),
        code_challenge: form.text("code_challenge"),
        code_challenge_method: form.text("code_challenge_method"),
        wanted,
        malformed: repeated.or(error),
    }
}

/// 303, so that a form's body goes nowhere else (RFC 9700 section 4.12).
fn go(to: &str) -> Response {
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, to)
        .finish()
}

/// The session that is presented.
pub(super) fn session(cookies: Cookies, request: &Request) -> Option<SessionSecret> {
    let text = cookie(request.headers(), cookies.name(Cookie::Session));
    text.and_then(|text| text.parse().ok())
}

/// To sign in, and back to `here`; somebody who has signed out is asked before.
pub(super) fn to_sign_in(cookies: Cookies, request: &Request, here: &str) -> Response {
    let door = match cookie(request.headers(), cookies.name(Cookie::SignedOut)) {
        None => "/auth/sign-in",
        Some(_) => "/auth/signed-out",
    };
    let here = utf8_percent_encode(here, NON_ALPHANUMERIC);
    let to = format!("{door}?return_to={here}");
    // From a form a browser follows to no provider: the page of the form names none.
    if *request.method() == Method::POST {
        return pages::onward(&to, "Sign in again");
    }
    go(&to)
}

fn here(request: &Request) -> String {
    let query = request.uri().query().unwrap_or_default();
    format!("/oauth/authorize?{query}")
}

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        let code = match error {
            OAuthError::Stale(_) => ProblemCode::MembershipStale,
            OAuthError::StorageLow => ProblemCode::StorageLow,
            OAuthError::Unavailable => ProblemCode::StoreUnavailable,
            OAuthError::Disabled => ProblemCode::PrincipalDisabled,
            OAuthError::TooMany(_) => ProblemCode::TooManyRequests,
            _ => ProblemCode::RequestMalformed,
        };
        let problem = Self::new(code, error.to_string());
        match error {
            OAuthError::TooMany(wait) => problem.after(wait.as_secs() + 1),
            _ => problem,
        }
    }
}
