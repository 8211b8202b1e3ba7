//! `/auth/…` at Samovar's own host.

use super::query::Parameters;
use super::redirect::{after_sign_out, see_other};
use super::visitor::{at_samovar, on_its_way};
use super::{form, pages};
use crate::http::{Problem, RequestContext};
use crate::sign_in::{BrowserRedirect, CallbackQuery, LogoutNotice, SignIn, StartedSignIn};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use secrecy::SecretString;
use std::sync::Arc;

type Service<'a> = Data<&'a Arc<SignIn>>;

/// To the provider.
#[handler]
pub(super) async fn sign_in(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    on_its_way(&exchange)?;
    let visitor = at_samovar(&service, &exchange, request);
    let parameters = Parameters::of(request);
    let (return_to, provider) = (parameters.one("return_to")?, parameters.one("provider")?);
    Ok(match service.begin(&visitor, return_to, provider).await? {
        StartedSignIn::On(next) => see_other(next),
        StartedSignIn::Choice(choices) => pages::choose(&choices),
    })
}

/// Back from the provider.
#[handler]
pub(super) async fn callback(
    service: Service<'_>,
    exchange: RequestContext,
    Path(provider): Path<String>,
    request: &Request,
) -> Result<Response, Problem> {
    let visitor = at_samovar(&service, &exchange, request);
    let parameters = Parameters::of(request);
    let one = |name| Ok::<_, Problem>(parameters.one(name)?.map(str::to_owned));
    let query = CallbackQuery {
        state: one("state")?,
        code: one("code")?,
        error: one("error")?,
        iss: one("iss")?,
    };
    Ok(see_other(
        service.callback(&visitor, &provider, query).await?,
    ))
}

/// From an application's host, and back there with a code.
#[handler]
pub(super) async fn hand_over(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    on_its_way(&exchange)?;
    let visitor = at_samovar(&service, &exchange, request);
    let parameters = Parameters::of(request);
    let (browser, address) = (parameters.one("browser")?, parameters.one("rd")?);
    Ok(see_other(
        service.hand_over(&visitor, browser, address).await?,
    ))
}

/// Where somebody stays who has signed out.
#[handler]
pub(super) fn signed_out(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    let parameters = Parameters::of(request);
    let return_to = parameters.one("return_to")?;
    let again = service.sign_in_again(return_to);
    if service.is_signed_in(&at_samovar(&service, &exchange, request)) {
        let cookies = Vec::new();
        return Ok(see_other(BrowserRedirect { to: again, cookies }));
    }
    let only = service.only_provider();
    let cookie = service.signed_out_cookie();
    Ok(pages::signed_out(&again, only.as_ref(), &cookie))
}

/// The question before a sign-out.
#[handler]
pub(super) fn ask_sign_out(service: Service<'_>) -> Response {
    pages::ask_sign_out("/auth/sign-out", &service.own_origin())
}

/// Signs out.
#[handler]
pub(super) async fn sign_out(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let visitor = at_samovar(&service, &exchange, request);
    let everywhere = Parameters::read(&body).one("everywhere")?.is_some();
    let ended = service.sign_out(&visitor, everywhere).await;
    Ok(ended.map_or_else(
        |error| form::refuse(request, &exchange, &error.into()),
        after_sign_out,
    ))
}

/// A provider says that somebody signed out there (OpenID Back-Channel Logout 1.0 section 2.5): 200 when it was
/// understood, 400 when not, nothing kept by anybody.
#[handler]
pub(super) async fn back_channel_logout(
    service: Service<'_>,
    exchange: RequestContext,
    Path(provider): Path<String>,
    body: Vec<u8>,
) -> Result<StatusCode, Problem> {
    let parameters = Parameters::read(&body);
    let notice = LogoutNotice {
        origin: exchange.origin.clone(),
        token: parameters.one("logout_token")?.unwrap_or_default(),
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

/// Signs the local operator in by password.
#[handler]
pub(super) async fn break_glass(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let visitor = at_samovar(&service, &exchange, request);
    let password = Parameters::read(&body)
        .one("password")?
        .map(SecretString::from);
    let password = password.unwrap_or_default();
    let next = service.break_glass(&visitor, password).await;
    Ok(next.map_or_else(
        |error| pages::break_glass(Some(&Problem::from(error))),
        see_other,
    ))
}
