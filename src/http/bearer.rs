//! Access tokens in a request's head (RFC 6750 section 2.1): in `Authorization`, or in `Samovar-Token` where an application
//! uses `Authorization` itself. Never in a query or a body.
//!
//! Recognises Samovar's tokens by their unverified header; must never verify one.

use crate::model::AuthorizationOwner;
use crate::token::is_access_token;
use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

const OWN: HeaderName = HeaderName::from_static("samovar-token");

/// The token that was sent, if it claims to be one of Samovar's; none if the header is repeated.
pub(super) fn sent(headers: &HeaderMap, owner: AuthorizationOwner) -> Option<&str> {
    let text = match owner {
        AuthorizationOwner::Samovar => in_authorization(headers)?,
        AuthorizationOwner::Application => once(headers, &OWN)?,
    };
    is_access_token(text).then_some(text)
}

/// The value of `Authorization`; none if it is repeated, because either value could be one of Samovar's tokens.
pub(super) fn foreign(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next()?;
    lines.next().is_none().then(|| line.clone())
}

/// The credential of scheme `Bearer`, of any format; the scheme is case-insensitive (RFC 9110 section 11.1).
pub(super) fn in_authorization(headers: &HeaderMap) -> Option<&str> {
    token_of(once(headers, &header::AUTHORIZATION)?)
}

/// The token in a value of `Authorization` of scheme `Bearer`.
pub(super) fn token_of(line: &str) -> Option<&str> {
    let (scheme, token) = line.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start_matches(' '))
}

fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?;
    lines.next().is_none().then(|| line.to_str().ok()).flatten()
}
