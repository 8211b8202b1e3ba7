//! Redirects of the browser after sign-in and sign-out.

use super::pages;
use crate::sign_in::{BrowserRedirect, SignedOut};
use poem::Response;
use poem::http::{StatusCode, header};

/// Continues to the provider's sign-out, or to the page after sign-out.
pub(super) fn after_sign_out(signed_out: SignedOut) -> Response {
    match signed_out.onward {
        Some(onward) => pages::onward(&onward, signed_out.next.cookies),
        None => see_other(signed_out.next),
    }
}

/// A redirect with its cookies; the browser follows with GET (RFC 9110 section 15.4.4).
pub(super) fn see_other(next: BrowserRedirect) -> Response {
    let mut response = Response::builder().status(StatusCode::SEE_OTHER);
    for cookie in next.cookies {
        response = response.header(header::SET_COOKIE, cookie);
    }
    response.header(header::LOCATION, next.to).finish()
}
