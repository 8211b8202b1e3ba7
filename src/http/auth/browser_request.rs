//! The browser's request with the cookies of the host that it was sent to.

use crate::http::{Problem, ProblemCode, RequestContext, cookie};
use crate::session::{Browser, Cookie};
use crate::sign_in::{BrowserRequest, FlowCookies, SignIn};
use poem::Request;

/// A request to Samovar's own host.
pub(super) fn at_samovar(
    sign_in: &SignIn,
    context: &RequestContext,
    request: &Request,
) -> BrowserRequest {
    let flow = |slot| value(sign_in, request, Cookie::Flow(slot)).map(str::to_owned);
    BrowserRequest {
        flows: std::array::from_fn(flow),
        ..request_with_session(sign_in, context, request, Cookie::Session)
    }
}

/// A request to an application's host.
pub(super) fn at_application(
    sign_in: &SignIn,
    context: &RequestContext,
    request: &Request,
) -> BrowserRequest {
    let browser = value(sign_in, request, Cookie::ApplicationBrowser);
    BrowserRequest {
        browser: browser.and_then(Browser::from_cookie),
        ..request_with_session(sign_in, context, request, Cookie::ApplicationSession)
    }
}

fn request_with_session(
    sign_in: &SignIn,
    context: &RequestContext,
    request: &Request,
    session: Cookie,
) -> BrowserRequest {
    let session = value(sign_in, request, session);
    BrowserRequest {
        origin: context.origin.clone(),
        session: session.and_then(|text| text.parse().ok()),
        browser: None,
        flows: FlowCookies::default(),
        signed_out: value(sign_in, request, Cookie::SignedOut).is_some(),
    }
}

fn value<'a>(sign_in: &SignIn, request: &'a Request, which: Cookie) -> Option<&'a str> {
    cookie(request.headers(), sign_in.cookies().name(which))
}

/// Only a navigation starts a sign-in: a background fetch would start one that is never completed.
pub(super) fn require_navigation(context: &RequestContext) -> Result<(), Problem> {
    if context.navigation {
        return Ok(());
    }
    let detail = "sign in first; open this address in a browser window";
    Err(Problem::new(ProblemCode::CredentialsMissing, detail))
}
