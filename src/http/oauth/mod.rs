//! The endpoints of the authorization server: `/oauth/…`, its metadata, and `/access/v1/evaluation` for its clients.
//!
//! Each parses a form or a query without repeated parameters, calls `oauth`, and answers JSON of RFC 6749 section 5, never a
//! problem document. None decides.

mod answer;
mod authorize;
mod device;
mod evaluation;
mod form;
mod introspect;
mod metadata;
mod pages;
mod preflight;
mod token;

use crate::access::Gatekeeper;
use crate::oauth::AuthorizationServer;
use crate::session::Cookies;
use poem::{EndpointExt, Route, get, post};
use std::sync::Arc;

/// Adds the endpoints at Samovar's own host, with the names of its session and sign-out cookies.
pub fn routes(
    route: Route,
    server: &Arc<AuthorizationServer>,
    gatekeeper: &Arc<Gatekeeper>,
    cookies: Cookies,
) -> Route {
    let with = || Arc::clone(server);
    let authorize = get(authorize::authorize).post(authorize::decide);
    route
        .at(
            "/.well-known/oauth-authorization-server",
            get(metadata::metadata).data(with()),
        )
        .at("/oauth/jwks", get(metadata::keys).data(with()))
        .at("/oauth/authorize", authorize.data(with()).data(cookies))
        .at(
            "/oauth/device",
            post(device::begin).options(preflight::answer).data(with()),
        )
        .at(
            "/device",
            get(device::enter)
                .post(device::submit)
                .data(with())
                .data(cookies),
        )
        .at(
            "/access/v1/evaluation",
            post(evaluation::evaluate)
                .data(with())
                .data(Arc::clone(gatekeeper)),
        )
        .at(
            "/oauth/introspect",
            post(introspect::introspect).data(with()),
        )
        .at(
            "/oauth/revoke",
            post(introspect::revoke)
                .options(preflight::answer)
                .data(with()),
        )
        .at(
            "/oauth/token",
            post(token::issue).options(preflight::answer).data(with()),
        )
}
