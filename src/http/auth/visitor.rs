//! The browser at the door, with the cookies of that host.

use crate::access::sign_in::{FlowCookies, SignIn, Visitor};
use crate::http::{Code, Exchange, Problem, cookie};
use crate::session::{Browser, Cookie};
use poem::Request;

/// At Samovar's own host.
pub(super) fn at_samovar(sign_in: &SignIn, exchange: &Exchange, request: &Request) -> Visitor {
    let flow = |slot| value(sign_in, request, Cookie::Flow(slot)).map(str::to_owned);
    Visitor {
        flows: std::array::from_fn(flow),
        ..visitor(sign_in, exchange, request, Cookie::Session)
    }
}

/// At an application's host.
pub(super) fn at_application(sign_in: &SignIn, exchange: &Exchange, request: &Request) -> Visitor {
    let browser = value(sign_in, request, Cookie::ApplicationBrowser);
    Visitor {
        browser: browser.and_then(Browser::from_cookie),
        ..visitor(sign_in, exchange, request, Cookie::ApplicationSession)
    }
}

fn visitor(sign_in: &SignIn, exchange: &Exchange, request: &Request, session: Cookie) -> Visitor {
    let session = value(sign_in, request, session);
    Visitor {
        remote: exchange.remote.clone(),
        request: exchange.request,
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
pub(super) fn on_its_way(exchange: &Exchange) -> Result<(), Problem> {
    if exchange.navigation {
        return Ok(());
    }
    let detail = "nobody is signed in; open this address in a browser to sign in";
    Err(Problem::new(Code::CredentialsMissing, detail))
}
