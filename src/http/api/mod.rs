//! The API under `/api/v1` (layer 5): a folder for each noun, named as in the path, with the operations in `mod.rs` and
//! the objects of requests and responses in `body.rs`.
//!
//! An operation parses a request, calls a service and responds. Must never decide, and must never fail with anything
//! but a problem document.
//!
//! To add an operation: write a method in the noun's `mod.rs` whose first argument is [`caller::Authorized`] with the
//! required permission, declare its objects in `body.rs` with `request!` and `response!`, then run
//! `SAMOVAR_BLESS=1 cargo test --test server api::document` to update the document in `tests/golden/`.

#![expect(
    clippy::unused_async,
    reason = "the framework requires every operation to be async"
)]

mod administrator;
mod applications;
mod audit_events;
mod caller;
mod clients;
mod decisions;
mod document;
mod grants;
mod me;
mod methods;
mod mirror;
mod organizations;
mod prelude;
mod providers;
mod role_bindings;
mod roles;
mod service_accounts;
mod services;
mod sessions;
mod shared;
mod signing_keys;
mod teams;
#[cfg(test)]
mod tests;
mod users;

pub use caller::known_callers;
pub use services::Services;

use crate::http::{AnswerTarget, Problem, ProblemCode, RequestContext};
use methods::Methods;
use poem::endpoint::make_sync;
use poem::error::ResponseError;
use poem::http::HeaderValue;
use poem::http::header::ALLOW;
use poem::{Endpoint, EndpointExt, IntoResponse, Response, Route, get};
use poem_openapi::OpenApiService;
use std::sync::Arc;

macro_rules! operations {
    ($(($($api:path),+)),+) => {
        type Operations = ($(($($api),+)),+);

        fn operations() -> OpenApiService<Operations, ()> {
            let operations = ($(($($api),+)),+);
            OpenApiService::new(operations, "Samovar", env!("CARGO_PKG_VERSION"))
                .description("Manages the access to applications by the organizations and teams of a Gitea server.")
                .server(BASE)
        }
    };
}

// In the order of the document. The framework takes at most sixteen in one tuple.
operations!(
    (
        me::MeApi,
        administrator::AdministratorApi,
        users::UsersApi,
        organizations::OrganizationsApi
    ),
    (
        teams::TeamsApi,
        roles::RolesApi,
        role_bindings::RoleBindingsApi
    ),
    (
        applications::ApplicationsApi,
        applications::snippets::SnippetsApi
    ),
    (
        service_accounts::ServiceAccountsApi,
        clients::ClientsApi,
        grants::GrantsApi
    ),
    (
        signing_keys::SigningKeysApi,
        decisions::DecisionsApi,
        sessions::SessionsApi
    ),
    (
        mirror::MirrorApi,
        providers::ProvidersApi,
        audit_events::AuditEventsApi
    )
);

/// The path of the operations.
const BASE: &str = "/api/v1";

/// The document that `samovar openapi` prints and `/api/openapi.json` serves.
pub fn document() -> String {
    let framework = operations().spec();
    let mut text = document::rewrite(&framework).unwrap_or(framework);
    text.push('\n');
    text
}

/// The endpoint of every path under `/api`. Its problems are documents, never pages.
pub fn endpoint(services: Arc<Services>) -> impl Endpoint<Output = Response> {
    let document = document();
    let methods = Methods::of::<Operations>(BASE);
    let document = make_sync(move |_| document.clone().with_content_type("application/json"));
    Route::new()
        .nest(BASE, operations())
        .at("/api/openapi.json", get(document))
        .data(services)
        .around(move |next, request| {
            let context = request.data::<RequestContext>().cloned();
            let allow = methods.allow(&request);
            async move {
                let result = next.call(request).await;
                let response = result.map(IntoResponse::into_response);
                Ok(response.unwrap_or_else(|error| respond(&error, context.as_ref(), allow)))
            }
        })
}

/// The problem document of an error, also of the framework's errors.
fn respond(
    error: &poem::Error,
    context: Option<&RequestContext>,
    allow: Option<HeaderValue>,
) -> Response {
    let problem = Problem::from_error(error);
    if problem.code() == ProblemCode::Internal {
        let request = context.map(|context| context.origin.request.to_string());
        tracing::error!(request, %error, "a call of the API could not be served");
    }
    let mut response = match context {
        Some(context) => problem.respond(&AnswerTarget {
            request: context.origin.request,
            page: false,
        }),
        None => problem.as_response(),
    };
    let allow = allow.filter(|_| problem.code() == ProblemCode::MethodNotAllowed);
    response
        .headers_mut()
        .extend(allow.map(|allow| (ALLOW, allow)));
    response
}
