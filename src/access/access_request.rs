//! A request to an application, in one form for every endpoint that answers checks.

use crate::audit::{AuditEvent, PersonalFields};
use crate::model::{DisplayText, HostName, RequestId, SessionSecret};
use http::HeaderValue;
use std::net::IpAddr;

/// Where a request came from, and its id: for logs and audit events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestOrigin {
    /// Read from the right of the forwarded chain, through trusted proxies only; none on a Unix socket.
    pub address: Option<IpAddr>,
    /// `User-Agent`, as sent.
    pub user_agent: Option<HeaderValue>,
    /// The id that the request carries through logs, problem documents and events.
    pub request: RequestId,
}

impl RequestOrigin {
    /// `User-Agent`, to be written or shown.
    pub fn user_agent_text(&self) -> Option<DisplayText> {
        let sent = self.user_agent.as_ref()?;
        Some(DisplayText::lossy(&String::from_utf8_lossy(
            sent.as_bytes(),
        )))
    }

    /// The event as one of this request, by a person of this login.
    pub(crate) fn of(&self, login: Option<DisplayText>, event: AuditEvent) -> AuditEvent {
        let personal = PersonalFields {
            login,
            name: None,
            address: self.address,
            user_agent: self.user_agent_text(),
        };
        event.in_request(self.request, personal)
    }
}

/// The presented credential. A token takes precedence: an invalid token is not replaced by a valid cookie.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// The session cookie of that host.
    Session(&'a SessionSecret),
    /// Text in the form of an access token of Samovar.
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
    /// The credential, if one of a valid form was sent.
    pub credential: Option<Credential<'a>>,
    /// True for a browser's navigation: its redirect to sign-in is not an audit event.
    pub navigation: bool,
    /// Where it came from.
    pub origin: &'a RequestOrigin,
}
