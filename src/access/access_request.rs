//! What a door learned from its dialect, in one form for all doors.

use crate::model::{DisplayText, HostName, RequestId, SessionSecret};
use http::HeaderValue;
use std::net::IpAddr;

/// Who is at the other end of the connection, as far as the network tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// Read from the right of the forwarded chain, through trusted proxies only; none on a Unix socket.
    pub address: Option<IpAddr>,
    /// What it calls itself, as sent.
    pub user_agent: Option<HeaderValue>,
}

impl RequestOrigin {
    /// What it calls itself, to be written or shown.
    pub fn user_agent_text(&self) -> Option<DisplayText> {
        let sent = self.user_agent.as_ref()?;
        Some(DisplayText::lossy(&String::from_utf8_lossy(
            sent.as_bytes(),
        )))
    }
}

/// What somebody presents. One of them decides: a token that does not hold is not made good by a cookie.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// The session cookie of that host.
    Session(&'a SessionSecret),
    /// Something that says of itself that it is an access token of ours.
    Token(&'a str),
}

/// What is asked of an application.
#[derive(Debug, Clone, Copy)]
pub struct RequestLine<'a> {
    /// In capitals, as sent.
    pub method: &'a str,
    /// The target as sent; a query is set aside.
    pub target: &'a [u8],
}

/// One request to an application.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// The application's host.
    pub host: &'a HostName,
    /// What is asked of it.
    pub line: RequestLine<'a>,
    /// What is presented, when there is something of the right form.
    pub credential: Option<Credential<'a>>,
    /// True when the caller is a browser on its way to a page: sending it to sign-in is no audit event.
    pub navigation: bool,
    /// Who asks.
    pub remote: &'a RequestOrigin,
    /// The id that the request carries through logs and events.
    pub request: RequestId,
}

/// The caller of an OAuth endpoint, for the audit log.
#[derive(Debug, Clone)]
pub struct OAuthCaller {
    /// From where.
    pub remote: RequestOrigin,
    /// The id of this request.
    pub request: RequestId,
}
