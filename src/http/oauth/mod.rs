//! The authorization server's doors: `/oauth/…` and its metadata; and `/access/v1/evaluation`, at which its clients ask.
//!
//! Each reads a form or a query in which nothing may stand twice, calls `access::oauth`, and answers in the words of the
//! standards: JSON of RFC 6749 section 5, never a problem document. None decides.

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

/// Adds the doors at Samovar's own host, with the cookies that say there who is signed in and who has signed out.
pub fn routes(
    route: Route,
    (server, gatekeeper): (&Arc<AuthorizationServer>, &Arc<Gatekeeper>),
    cookies: Cookies,
) -> Route {
    let with = || Arc::clone(server);
    let authorize = get(authorize::ask).post(authorize::take_answer);
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
                .post(device::take)
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
