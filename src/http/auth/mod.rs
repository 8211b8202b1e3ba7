//! The endpoints of sign-in and sign-out: `/auth/…` at Samovar's own host, `/.samovar/…` at every application's.
//!
//! Each reads the browser's request, calls `sign_in`, and answers with a redirect or a small page. None decides.

mod applications;
mod browser_request;
mod form;
mod own;
mod pages;
mod query;
mod redirect;

use crate::sign_in::SignIn;
use poem::{EndpointExt, Route, get, post};
use std::sync::Arc;

/// Adds the endpoints of Samovar's own host.
pub fn own(route: Route, sign_in: &Arc<SignIn>) -> Route {
    let with = || Arc::clone(sign_in);
    let sign_out = get(own::ask_sign_out).post(own::sign_out);
    let break_glass = get(own::ask_password).post(own::break_glass);
    route
        .at("/auth/sign-in", get(own::sign_in).data(with()))
        .at("/auth/callback/:provider", get(own::callback).data(with()))
        .at(
            "/auth/backchannel-logout/:provider",
            post(own::back_channel_logout).data(with()),
        )
        .at("/auth/hand-over", get(own::hand_over).data(with()))
        .at("/auth/signed-out", get(own::signed_out).data(with()))
        .at("/auth/sign-out", sign_out.data(with()))
        .at("/auth/break-glass", break_glass.data(with()))
}

/// Adds the endpoints of application hosts.
pub fn applications(route: Route, sign_in: &Arc<SignIn>) -> Route {
    let with = || Arc::clone(sign_in);
    let sign_out = get(applications::ask_sign_out).post(applications::sign_out);
    route
        .at("/.samovar/sign-in", get(applications::sign_in).data(with()))
        .at(
            "/.samovar/callback",
            get(applications::callback).data(with()),
        )
        .at("/.samovar/sign-out", sign_out.data(with()))
        .at("/.samovar/whoami", get(applications::who_am_i).data(with()))
}
