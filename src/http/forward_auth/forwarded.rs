//! The request that a proxy forwards, read from the headers of one dialect, each of which must be sent exactly once.
//!
//! Knows header names only through a [`Dialect`]. Must never read another dialect's headers, nor trust the client's.
//!
//! The origin of each header with a generated block:
//!
//! | header | nginx | Caddy |
//! | --- | --- | --- |
//! | method | nginx, `$request_method` | Caddy; `forward_auth` overwrites `X-Forwarded-Method` |
//! | host | the block's own text | Caddy, `{http.request.hostport}`; without that line a client behind `trusted_proxies` |
//! | target | nginx, `$request_uri` | Caddy; `forward_auth` overwrites `X-Forwarded-Uri` |
//! | `X-Forwarded-For` | the client, then nginx appends its peer (with `real_ip` the address found) | Caddy; behind `trusted_proxies` the client, then Caddy appends its peer. Read from the right through `server.trusted_proxies` |
//! | `Samovar-Proxy-Secret` | the block's own text | the block's own text, which overwrites the client's |
//! | `Host`, `Connection` | the block's own text | the block's own text, Caddy |
//! | `Cookie`, `Authorization`, `Samovar-Token` | the client: credentials, verified | the same |
//! | `Origin`, `Access-Control-Request-*` | the client: decide which origin may read an answer | the same |
//! | `Accept`, `Sec-Fetch-Mode`, `Sec-Purpose`, `X-Requested-With` | the client: choose between a page and a document | the same |
//! | `User-Agent` | the client: recorded unverified | the same |

use super::cors::{self, Cross};

use crate::access::{AccessRequest, Credential, RequestLine};
use crate::http::RequestContext;
use crate::http::bearer;
use crate::http::cookie;
use crate::http::problem::{AnswerTarget, Problem, ProblemCode, is_navigation};
use crate::model::{AuthorizationOwner, HostName, SessionSecret};
use crate::policy::Policy;
use poem::http::{HeaderMap, HeaderName, HeaderValue, Method};

/// The headers in which one kind of proxy describes a request.
pub(super) struct Dialect {
    /// The request's method.
    pub method: HeaderName,
    /// The application's host.
    pub host: HeaderName,
    /// The target as the client sent it.
    pub target: HeaderName,
}

/// A request to an application, as a trusted proxy describes it.
pub(super) struct Forwarded<'h> {
    pub method: Method,
    pub host: HostName,
    pub target: &'h [u8],
    pub navigation: bool,
    pub cross: Option<Cross>,
    /// The client's `Authorization`, if Samovar uses that header and the value is not one of its tokens.
    pub authorization: Option<HeaderValue>,
    session: Option<SessionSecret>,
    token: Option<&'h str>,
}

impl Forwarded<'_> {
    /// The request for the access decision.
    pub(super) fn access_request<'a>(&'a self, context: &'a RequestContext) -> AccessRequest<'a> {
        AccessRequest {
            host: &self.host,
            line: RequestLine {
                method: self.method.as_str(),
                target: self.target,
            },
            credential: self.credential(),
            navigation: self.navigation,
            origin: &context.origin,
        }
    }

    /// A token that claims to be Samovar's takes precedence over the cookie; any other token is not handled here.
    fn credential(&self) -> Option<Credential<'_>> {
        let token = self.token.map(Credential::Token);
        token.or(self.session.as_ref().map(Credential::Session))
    }

    /// Does the request have a token that claims to be Samovar's?
    pub(super) const fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Does the request have a bearer token that does not claim to be Samovar's?
    pub(super) fn has_other_token(&self) -> bool {
        let line = self
            .authorization
            .as_ref()
            .and_then(|line| line.to_str().ok());
        line.and_then(bearer::token_of).is_some()
    }

    /// The recipient of the answer: the client, not the proxy.
    pub(super) fn answer_target(&self, context: &RequestContext) -> AnswerTarget {
        AnswerTarget {
            request: context.origin.request,
            page: self.navigation,
        }
    }
}

/// Rejects a peer that is not a trusted proxy.
pub(super) fn check_peer(context: &RequestContext) -> Result<(), Problem> {
    if context.by_trusted_proxy {
        return Ok(());
    }
    let peer = context
        .origin
        .address
        .map_or_else(String::new, |peer| format!("`{peer}` "));
    let detail = format!(
        "the peer {peer}is not a trusted proxy; if one of your proxies has this address, add it to `trusted_proxies` in Samovar's configuration"
    );
    Err(Problem::new(ProblemCode::ProxyUntrusted, detail))
}

/// Reads the dialect's headers, and the client's headers that a check uses: credentials, `Origin`, and those that tell a
/// navigation from a script.
pub(super) fn read<'h>(
    headers: &'h HeaderMap,
    dialect: &Dialect,
    cookie_name: &str,
    policy: &Policy,
) -> Result<Forwarded<'h>, Problem> {
    let method = once(headers, &dialect.method)?.as_bytes();
    let method = Method::from_bytes(method).map_err(|_| invalid_header(&dialect.method))?;
    let host = once(headers, &dialect.host)?.to_str().ok();
    let (host, application) = host
        .and_then(|host| policy.host(host))
        .ok_or_else(|| invalid_header(&dialect.host))?;
    let target = once(headers, &dialect.target)?.as_bytes();
    let session = cookie(headers, cookie_name).and_then(|value| value.parse().ok());
    let owner = application.map(|application| application.authorization);
    let token = owner.and_then(|owner| bearer::sent(headers, owner));
    let foreign = owner == Some(AuthorizationOwner::Samovar) && token.is_none();
    Ok(Forwarded {
        authorization: foreign.then(|| bearer::foreign(headers)).flatten(),
        navigation: is_navigation(&method, headers),
        cross: cors::read(&method, headers),
        method,
        host,
        target,
        session,
        token,
    })
}

fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a HeaderValue, Problem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(Problem::new(
            ProblemCode::TargetAmbiguous,
            format!("the proxy sent no `{name}` header; use the block that Samovar generates"),
        )),
        (Some(_), Some(_)) => Err(Problem::new(
            ProblemCode::TargetAmbiguous,
            format!(
                "the `{name}` header is repeated; let the proxy set it, as in the block that Samovar generates"
            ),
        )),
    }
}

fn invalid_header(name: &HeaderName) -> Problem {
    let detail = format!("invalid `{name}` header; use the block that Samovar generates");
    Problem::new(ProblemCode::TargetAmbiguous, detail)
}
