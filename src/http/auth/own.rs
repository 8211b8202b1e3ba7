//! `/auth/…` at Samovar's own host.

use super::browser_request::{at_samovar, require_navigation};
use super::query::QueryParameters;
use super::redirect::{after_sign_out, see_other};
use super::{form, pages};
use crate::http::{Problem, RequestContext};
use crate::sign_in::{BrowserRedirect, CallbackQuery, LogoutNotice, SignIn, StartedSignIn};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use secrecy::SecretString;
use std::sync::Arc;

type Service<'a> = Data<&'a Arc<SignIn>>;

/// Redirects to the provider.
#[handler]
pub(super) async fn sign_in(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    require_navigation(&context)?;
    let browser_request = at_samovar(&service, &context, request);
    let parameters = QueryParameters::of(request);
    let (return_to, provider) = (parameters.get("return_to")?, parameters.get("provider")?);
    Ok(
        match service.begin(&browser_request, return_to, provider).await? {
            StartedSignIn::Redirect(next) => see_other(next),
            StartedSignIn::Choice(choices) => pages::choose(&choices),
        },
    )
}

/// Handles the provider's authorization response.
#[handler]
pub(super) async fn callback(
    service: Service<'_>,
    context: RequestContext,
    Path(provider): Path<String>,
    request: &Request,
) -> Result<Response, Problem> {
    let browser_request = at_samovar(&service, &context, request);
    let parameters = QueryParameters::of(request);
    let parameter = |name| Ok::<_, Problem>(parameters.get(name)?.map(str::to_owned));
    let query = CallbackQuery {
        state: parameter("state")?,
        code: parameter("code")?,
        error: parameter("error")?,
        iss: parameter("iss")?,
    };
    Ok(see_other(
        service.callback(&browser_request, &provider, query).await?,
    ))
}

/// Returns a browser to an application's host with a hand-over code.
#[handler]
pub(super) async fn hand_over(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    require_navigation(&context)?;
    let browser_request = at_samovar(&service, &context, request);
    let parameters = QueryParameters::of(request);
    let (browser_id, address) = (parameters.get("browser")?, parameters.get("rd")?);
    Ok(see_other(
        service
            .hand_over(&browser_request, browser_id, address)
            .await?,
    ))
}

/// The page after sign-out.
#[handler]
pub(super) fn signed_out(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    let parameters = QueryParameters::of(request);
    let return_to = parameters.get("return_to")?;
    let again = service.sign_in_again(return_to);
    if service.is_signed_in(&at_samovar(&service, &context, request)) {
        let cookies = Vec::new();
        return Ok(see_other(BrowserRedirect { to: again, cookies }));
    }
    let only = service.only_provider();
    let cookie = service.signed_out_cookie();
    Ok(pages::signed_out(&again, only.as_ref(), &cookie))
}

/// The form that confirms a sign-out.
#[handler]
pub(super) fn ask_sign_out(service: Service<'_>) -> Response {
    pages::ask_sign_out("/auth/sign-out", &service.own_origin())
}

/// Signs out.
#[handler]
pub(super) async fn sign_out(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let browser_request = at_samovar(&service, &context, request);
    let everywhere = QueryParameters::read(&body).get("everywhere")?.is_some();
    let result = service.sign_out(&browser_request, everywhere).await;
    Ok(result.map_or_else(
        |error| form::respond_with_problem(request, &context, &error.into()),
        after_sign_out,
    ))
}

/// A provider reports that a user signed out there (OpenID Back-Channel Logout 1.0 section 2.5): answers 200, or 400 for an
/// invalid logout token; never cached.
#[handler]
pub(super) async fn back_channel_logout(
    service: Service<'_>,
    context: RequestContext,
    Path(provider): Path<String>,
    body: Vec<u8>,
) -> Result<StatusCode, Problem> {
    let parameters = QueryParameters::read(&body);
    let notice = LogoutNotice {
        origin: context.origin.clone(),
        token: parameters.get("logout_token")?.unwrap_or_default(),
    };
    service.back_channel_logout(&provider, notice).await?;
    Ok(StatusCode::OK)
}

/// The form for the break-glass password.
#[handler]
pub(super) fn ask_password(service: Service<'_>) -> Result<Response, Problem> {
    service.check_break_glass()?;
    Ok(pages::break_glass(None))
}

/// Signs in the local operator by password.
#[handler]
pub(super) async fn break_glass(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let browser_request = at_samovar(&service, &context, request);
    let password = QueryParameters::read(&body)
        .get("password")?
        .map(SecretString::from);
    let password = password.unwrap_or_default();
    let next = service.break_glass(&browser_request, password).await;
    Ok(next.map_or_else(
        |error| pages::break_glass(Some(&Problem::from(error))),
        see_other,
    ))
}
