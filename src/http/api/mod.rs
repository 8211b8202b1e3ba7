//! The API under `/api/v1` (step 5): one file for each noun, named as in the address; messages in `wire/`.
//!
//! Adding an operation: a method in the noun's file whose first argument is [`caller::Allowed`] with the permission that
//! it needs, its messages in `wire/` (ids, instants and names as `wire::texts`, so that the document names their form), then
//! `SAMOVAR_BLESS=1 cargo test --test api` to renew the document in `tests/golden/`. What the framework says of all this in
//! a roundabout way, [`document`] says plainly.
//! Handlers take, call and answer; nothing is decided here. What is wrong with a call is always a problem document.

#![expect(
    clippy::unused_async,
    reason = "the framework wants every operation to be async"
)]

mod administrator;
mod answer;
mod applications;
mod audit_events;
mod body;
mod caller;
mod clients;
mod decisions;
mod document;
mod errors;
mod failure;
mod forms;
mod grants;
mod me;
mod methods;
mod mirror;
mod ordered;
mod organizations;
mod providers;
mod role_bindings;
mod roles;
mod service_accounts;
mod services;
mod sessions;
mod shape;
mod signing_keys;
mod snippets;
mod teams;
mod users;
mod version;
mod wire;

pub use caller::known_callers;
pub use services::Services;

use crate::http::{AnswerTarget, Problem, ProblemCode, RequestContext};
use methods::Methods;
use poem::endpoint::make_sync;
use poem::error::ResponseError;
use poem::http::HeaderValue;
use poem::http::header::ALLOW;
use poem::{Endpoint, EndpointExt, IntoResponse, Response, Route, get};
use poem_openapi::{OpenApiService, Tags};
use std::sync::Arc;

/// Nouns of the API.
#[derive(Tags)]
enum Noun {
    /// Who is signed in.
    Me,
    /// The first administrator.
    Administrator,
    /// People, as mirrored from Gitea.
    Users,
    /// Organizations, as mirrored from Gitea.
    Organizations,
    /// Teams, as mirrored from Gitea.
    Teams,
    /// Named sets of permissions.
    Roles,
    /// Who gets a role, where, and until when.
    RoleBindings,
    /// What is protected.
    Applications,
    /// Questions to the policy.
    Decisions,
    /// Machines that act for themselves.
    ServiceAccounts,
    /// What gets tokens in people's names.
    Clients,
    /// What people allowed clients.
    Grants,
    /// The keys that sign tokens.
    SigningKeys,
    /// Sign-ins of browsers.
    Sessions,
    /// The mirror of Gitea.
    Mirror,
    /// Who proves who somebody is.
    Providers,
    /// The audit log.
    AuditEvents,
}

type Operations = (
    (me::Api, administrator::Api, users::Api, organizations::Api),
    (
        teams::Api,
        roles::Api,
        role_bindings::Api,
        (applications::Api, snippets::Api),
    ),
    (
        service_accounts::Api,
        clients::Api,
        grants::Api,
        signing_keys::Api,
    ),
    (
        decisions::Api,
        sessions::Api,
        mirror::Api,
        (providers::Api, audit_events::Api),
    ),
);

/// Where the operations are.
const BASE: &str = "/api/v1";

fn describe(operations: Operations) -> OpenApiService<Operations, ()> {
    OpenApiService::new(operations, "Samovar", env!("CARGO_PKG_VERSION"))
        .description("Who may do what, by Gitea's organizations and teams.")
        .server(BASE)
}

fn operations() -> OpenApiService<Operations, ()> {
    describe((
        (me::Api, administrator::Api, users::Api, organizations::Api),
        (
            teams::Api,
            roles::Api,
            role_bindings::Api,
            (applications::Api, snippets::Api),
        ),
        (
            service_accounts::Api,
            clients::Api,
            grants::Api,
            signing_keys::Api,
        ),
        (
            decisions::Api,
            sessions::Api,
            mirror::Api,
            (providers::Api, audit_events::Api),
        ),
    ))
}

/// The document, as `samovar openapi` prints it and `/api/openapi.json` serves it.
pub fn document() -> String {
    let framework = operations().spec();
    let mut text = document::plainly(&framework).unwrap_or(framework);
    text.push('\n');
    text
}

/// Everything under `/api`, for the gate to pass requests to: problems are documents here, never pages.
pub fn endpoint(services: Arc<Services>) -> impl Endpoint<Output = Response> {
    let document = document();
    let methods = Methods::of_document();
    let document = make_sync(move |_| document.clone().with_content_type("application/json"));
    Route::new()
        .nest(BASE, operations())
        .at("/api/openapi.json", get(document))
        .data(services)
        .around(move |next, request| {
            let exchange = request.data::<RequestContext>().cloned();
            let allow = methods.allow(&request);
            async move {
                let result = next.call(request).await;
                let response = result.map(IntoResponse::into_response);
                Ok(response.unwrap_or_else(|error| answer(&error, exchange.as_ref(), allow)))
            }
        })
}

/// The framework's own errors come in the same form as ours.
fn answer(
    error: &poem::Error,
    exchange: Option<&RequestContext>,
    allow: Option<HeaderValue>,
) -> Response {
    let problem = Problem::from_error(error);
    if problem.code() == ProblemCode::Internal {
        let request = exchange.map(|exchange| exchange.origin.request.to_string());
        tracing::error!(request, %error, "a call of the API could not be served");
    }
    let mut response = match exchange {
        Some(exchange) => problem.respond(&AnswerTarget {
            request: exchange.origin.request,
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
