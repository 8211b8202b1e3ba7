//! Access tokens in a request's head (RFC 6750 section 2.1): in `Authorization`, or in `Samovar-Token` where an application
//! keeps `Authorization` for itself. Never in a query or a body.
//!
//! Knows how to tell a token of ours from anything else by what it says of itself; verifies nothing.

use crate::model::AuthorizationOwner;
use crate::token::is_access_token;
use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

const OWN: HeaderName = HeaderName::from_static("samovar-token");

/// The token that was sent, if it says that it is one of ours. Of two lines none counts.
pub(super) fn sent(headers: &HeaderMap, owner: AuthorizationOwner) -> Option<&str> {
    let text = match owner {
        AuthorizationOwner::Samovar => in_authorization(headers)?,
        AuthorizationOwner::Application => once(headers, &OWN)?,
    };
    is_access_token(text).then_some(text)
}

/// The one line of `Authorization`; of two none, because either could be a token of ours.
pub(super) fn foreign(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next()?;
    lines.next().is_none().then(|| line.clone())
}

/// The credential of scheme `Bearer`, whatever it is; the scheme is read without case (RFC 9110 section 11.1).
pub(super) fn in_authorization(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = once(headers, &header::AUTHORIZATION)?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start_matches(' '))
}

fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?;
    lines.next().is_none().then(|| line.to_str().ok()).flatten()
}
