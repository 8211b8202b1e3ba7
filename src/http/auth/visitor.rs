//! The browser at the door, with the cookies of that host.

use crate::http::{Problem, ProblemCode, RequestContext, cookie};
use crate::session::{Browser, Cookie};
use crate::sign_in::{BrowserRequest, FlowCookies, SignIn};
use poem::Request;

/// At Samovar's own host.
pub(super) fn at_samovar(
    sign_in: &SignIn,
    exchange: &RequestContext,
    request: &Request,
) -> BrowserRequest {
    let flow = |slot| value(sign_in, request, Cookie::Flow(slot)).map(str::to_owned);
    BrowserRequest {
        flows: std::array::from_fn(flow),
        ..visitor(sign_in, exchange, request, Cookie::Session)
    }
}

/// At an application's host.
pub(super) fn at_application(
    sign_in: &SignIn,
    exchange: &RequestContext,
    request: &Request,
) -> BrowserRequest {
    let browser = value(sign_in, request, Cookie::ApplicationBrowser);
    BrowserRequest {
        browser: browser.and_then(Browser::from_cookie),
        ..visitor(sign_in, exchange, request, Cookie::ApplicationSession)
    }
}

fn visitor(
    sign_in: &SignIn,
    exchange: &RequestContext,
    request: &Request,
    session: Cookie,
) -> BrowserRequest {
    let session = value(sign_in, request, session);
    BrowserRequest {
        origin: exchange.origin.clone(),
        session: session.and_then(|text| text.parse().ok()),
        browser: None,
        flows: FlowCookies::default(),
        signed_out: value(sign_in, request, Cookie::SignedOut).is_some(),
    }
}

fn value<'a>(sign_in: &SignIn, request: &'a Request, which: Cookie) -> Option<&'a str> {
    cookie(request.headers(), sign_in.cookies().name(which))
}

/// Only a browser on its way to a page begins a sign-in: a fetch in the background would begin one that nobody ends.
pub(super) fn on_its_way(exchange: &RequestContext) -> Result<(), Problem> {
    if exchange.navigation {
        return Ok(());
    }
    let detail = "nobody is signed in; open this address in a browser to sign in";
    Err(Problem::new(ProblemCode::CredentialsMissing, detail))
}
