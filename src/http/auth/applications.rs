//! `/.samovar/…` at an application's host.

use super::browser_request::{at_application, require_navigation};
use super::query::QueryParameters;
use super::redirect::{after_sign_out, see_other};
use super::{form, pages};
use crate::http::{Problem, RequestContext};
use crate::sign_in::SignIn;
use poem::web::{Data, Json};
use poem::{Request, Response, handler};
use serde_json::{Value, json};
use std::sync::Arc;

type Service<'a> = Data<&'a Arc<SignIn>>;

/// Redirects to sign-in at Samovar.
#[handler]
pub(super) fn sign_in(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    require_navigation(&context)?;
    let browser_request = at_application(&service, &context, request);
    let parameters = QueryParameters::of(request);
    let next = service.begin_at(&context.host, &browser_request, parameters.get("rd")?)?;
    Ok(see_other(next))
}

/// Handles the return from Samovar with a code.
#[handler]
pub(super) async fn callback(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
) -> Result<Response, Problem> {
    let browser_request = at_application(&service, &context, request);
    let parameters = QueryParameters::of(request);
    let code = parameters.get("code")?;
    Ok(see_other(
        service
            .redeem(&context.host, &browser_request, code)
            .await?,
    ))
}

/// The form that confirms a sign-out.
#[handler]
pub(super) fn ask_sign_out(service: Service<'_>) -> Response {
    pages::ask_sign_out("/.samovar/sign-out", &service.own_origin())
}

/// Signs out at this host and at Samovar.
#[handler]
pub(super) async fn sign_out(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let browser_request = at_application(&service, &context, request);
    let everywhere = QueryParameters::read(&body).get("everywhere")?.is_some();
    let result = service
        .sign_out_at(&context.host, &browser_request, everywhere)
        .await;
    Ok(result.map_or_else(
        |error| form::respond_with_problem(request, &context, &error.into()),
        after_sign_out,
    ))
}

/// The principal that is signed in at this host.
#[handler]
pub(super) async fn who_am_i(
    service: Service<'_>,
    context: RequestContext,
    request: &Request,
) -> Result<Json<Value>, Problem> {
    let browser_request = at_application(&service, &context, request);
    let who = service.who_am_i(&context.host, &browser_request).await?;
    let login = who.login.as_ref().map(crate::model::DisplayText::as_str);
    Ok(Json(
        json!({ "principal": who.principal.to_string(), "login": login }),
    ))
}
