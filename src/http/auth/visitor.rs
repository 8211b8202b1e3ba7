//! The browser at the door, with the cookies of that host.

use crate::access::sign_in::{SignIn, Visitor};
use crate::http::{Code, Exchange, Problem, cookie};
use crate::session::{Browser, Cookie};
use poem::Request;
use std::sync::Arc;

/// At Samovar's own host.
pub(super) fn at_samovar(sign_in: &SignIn, exchange: &Exchange, request: &Request) -> Visitor {
    visitor(
        sign_in,
        exchange,
        request,
        (Cookie::Session, Cookie::Browser),
    )
}

/// At an application's host.
pub(super) fn at_application(sign_in: &SignIn, exchange: &Exchange, request: &Request) -> Visitor {
    let cookies = (Cookie::ApplicationSession, Cookie::ApplicationBrowser);
    visitor(sign_in, exchange, request, cookies)
}

fn visitor(
    sign_in: &SignIn,
    exchange: &Exchange,
    request: &Request,
    (session, browser): (Cookie, Cookie),
) -> Visitor {
    let value = |which| cookie(request.headers(), sign_in.cookies().name(which));
    Visitor {
        remote: Arc::clone(&exchange.remote),
        request: exchange.request,
        session: value(session).and_then(|text| text.parse().ok()),
        browser: value(browser).and_then(Browser::from_cookie),
        signed_out: value(Cookie::SignedOut).is_some(),
    }
}

/// Only a browser on its way to a page begins a sign-in: a fetch in the background would begin one that nobody ends.
pub(super) fn on_its_way(exchange: &Exchange) -> Result<(), Problem> {
    if exchange.navigation {
        return Ok(());
    }
    let detail = "nobody is signed in; open this address in a browser to sign in";
    Err(Problem::new(Code::CredentialsMissing, detail))
}
