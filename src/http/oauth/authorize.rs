//! `/oauth/authorize`: the client sends the browser here, the user consents if necessary, and the browser returns to the
//! client with a code.

use super::form::FormParameters;
use super::pages;
use crate::http::origin::check_visit;
use crate::http::{Problem, ProblemCode, RequestContext, cookie};
use crate::model::SessionSecret;
use crate::oauth::{
    AuthorizationServer, AuthorizeRequest, AuthorizeResult, ConsentDecision, OAuthError,
    RequestOrigin, ResourceOwner, TokenRequest,
};
use crate::session::{Cookie, Cookies};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::{Method, StatusCode, header};
use poem::web::Data;
use poem::{Request, Response, handler};
use std::sync::Arc;

type Server<'a> = Data<&'a Arc<AuthorizationServer>>;

/// Handles an authorization request. Rejects one that another page embeds or fetches, before it changes anything.
#[handler]
pub(super) async fn authorize(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    context: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    check_visit(request)?;
    respond(&server, **cookies, &context.origin, request, None).await
}

/// Handles the consent form, which is posted to the address of the authorization request.
#[handler]
pub(super) async fn decide(
    server: Server<'_>,
    cookies: Data<&Cookies>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let decision = FormParameters::of_page(&body)?.decision()?;
    let decision = decision.as_ref();
    respond(&server, **cookies, &context.origin, request, decision).await
}

async fn respond(
    server: &AuthorizationServer,
    cookies: Cookies,
    origin: &RequestOrigin,
    request: &Request,
    decision: Option<&ConsentDecision>,
) -> Result<Response, Problem> {
    let authorization = read(request);
    let session = session(cookies, request);
    let person = ResourceOwner {
        session: session.as_ref(),
        answer: decision,
    };
    match server.authorize(&authorization, person, origin).await? {
        AuthorizeResult::Back(to) if decision.is_some() && !pages::can_be_form_target(&to) => {
            Ok(pages::onward(&to, "Return to the client"))
        }
        AuthorizeResult::Back(to) => Ok(redirect(&to)),
        AuthorizeResult::SignIn => Ok(to_sign_in(cookies, request, &here(request))),
        AuthorizeResult::Ask(consent) => Ok(pages::consent(&consent, &here(request))),
    }
}

fn read(request: &Request) -> AuthorizeRequest {
    let (form, repeated) = FormParameters::of_query_with_error(request);
    let (token_request, error) = match form.token_request() {
        Ok(token_request) => (token_request, None),
        Err(error) => (TokenRequest::default(), Some(error)),
    };
    AuthorizeRequest {
        response_type: form.text("response_type"),
        client_id: form.text("client_id"),
        redirect_uri: form.text("redirect_uri"),
        state: form.text("state"),
        code_challenge: form.text("code_challenge"),
        code_challenge_method: form.text("code_challenge_method"),
        token_request,
        malformed: repeated.or(error),
    }
}

/// 303, so that the browser does not send the form's body again (RFC 9700 section 4.12).
fn redirect(to: &str) -> Response {
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, to)
        .finish()
}

/// The session of the browser's cookie.
pub(super) fn session(cookies: Cookies, request: &Request) -> Option<SessionSecret> {
    let text = cookie(request.headers(), cookies.name(Cookie::Session));
    text.and_then(|text| text.parse().ok())
}

/// Redirects to sign-in and back to `here`; after a sign-out, to the page that asks before signing in again.
pub(super) fn to_sign_in(cookies: Cookies, request: &Request, here: &str) -> Response {
    let path = match cookie(request.headers(), cookies.name(Cookie::SignedOut)) {
        None => "/auth/sign-in",
        Some(_) => "/auth/signed-out",
    };
    let here = utf8_percent_encode(here, NON_ALPHANUMERIC);
    let to = format!("{path}?return_to={here}");
    // The page's `form-action` names no provider, so a browser would not follow a redirect from its form.
    if *request.method() == Method::POST {
        return pages::onward(&to, "Sign in again");
    }
    redirect(&to)
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
