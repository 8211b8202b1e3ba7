//! `/.samovar/…` at an application's host.

use super::query::Parameters;
use super::redirect::{after_sign_out, see_other};
use super::visitor::{at_application, on_its_way};
use super::{form, pages};
use crate::http::{Problem, RequestContext};
use crate::sign_in::SignIn;
use poem::web::{Data, Json};
use poem::{Request, Response, handler};
use serde_json::{Value, json};
use std::sync::Arc;

type Service<'a> = Data<&'a Arc<SignIn>>;

/// To Samovar.
#[handler]
pub(super) fn sign_in(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    on_its_way(&exchange)?;
    let visitor = at_application(&service, &exchange, request);
    let parameters = Parameters::of(request);
    let next = service.begin_at(&exchange.host, &visitor, parameters.one("rd")?)?;
    Ok(see_other(next))
}

/// Back from Samovar.
#[handler]
pub(super) async fn callback(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    let visitor = at_application(&service, &exchange, request);
    let parameters = Parameters::of(request);
    let code = parameters.one("code")?;
    Ok(see_other(
        service.redeem(&exchange.host, &visitor, code).await?,
    ))
}

/// The question before a sign-out.
#[handler]
pub(super) fn ask_sign_out(service: Service<'_>) -> Response {
    pages::ask_sign_out("/.samovar/sign-out", &service.own_origin())
}

/// Signs out, here and at Samovar.
#[handler]
pub(super) async fn sign_out(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let visitor = at_application(&service, &exchange, request);
    let everywhere = Parameters::read(&body).one("everywhere")?.is_some();
    let ended = service
        .sign_out_at(&exchange.host, &visitor, everywhere)
        .await;
    Ok(ended.map_or_else(
        |error| form::refuse(request, &exchange, &error.into()),
        after_sign_out,
    ))
}

/// Who is signed in here.
#[handler]
pub(super) async fn who_am_i(
    service: Service<'_>,
    exchange: RequestContext,
    request: &Request,
) -> Result<Json<Value>, Problem> {
    let visitor = at_application(&service, &exchange, request);
    let who = service.who_am_i(&exchange.host, &visitor).await?;
    let login = who.login.as_ref().map(crate::model::DisplayText::as_str);
    Ok(Json(
        json!({ "principal": who.principal.to_string(), "login": login }),
    ))
}
