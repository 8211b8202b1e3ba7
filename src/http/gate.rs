//! The checks before every endpoint: one valid, configured host; unambiguous framing; no cross-site request; limits.
//!
//! Knows which routes each host serves. Must never make an access decision, and never pass on a request that two servers
//! could interpret differently.

use super::client::TrustedProxies;
use super::log_limit::LogLimit;
use super::origin;
use super::problem::{AnswerTarget, Problem, ProblemCode, is_navigation, is_shown_as_page};
use super::protect;
use super::request_body::{BodyLimits, RequestBodies};
use super::request_context::RequestContext;
use super::requests_in_flight::RequestsInFlight;
use crate::access::{PolicyHolder, RequestOrigin};
use crate::limits::AddressBlock;
use crate::model::{Capabilities, Clock, HostName, ParseError, RequestIds};
use poem::http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::{Addr, Endpoint, IntoResponse, Request, Response, Route};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinError;

/// Settings of the gate.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Is the external URL https? Determines cookies, origins and redirects.
    pub https: bool,
    /// Proxies whose forwarded headers are trusted.
    pub trusted: TrustedProxies,
    /// Limits of request bodies.
    pub bodies: BodyLimits,
    /// How long a request may take from its head to its answer.
    pub answer_timeout: Duration,
}

/// What is served at which host.
pub struct Surfaces {
    /// At Samovar's own host: UI, API, sign-in, the authorization server, health.
    pub own: Route,
    /// At every application host, below `/.samovar/`: sign-in's hand-over.
    pub application: Route,
}

/// Do these headers carry a valid session or token?
pub type KnownCaller = Box<dyn Fn(&HeaderMap) -> bool + Send + Sync>;

/// The gate and the endpoints behind it.
pub struct Gate {
    settings: Settings,
    own: Arc<Route>,
    application: Arc<Route>,
    bodies: RequestBodies,
    requests: Arc<RequestsInFlight>,
    known: Option<KnownCaller>,
    policy: Arc<PolicyHolder>,
    clock: Arc<dyn Clock>,
    ids: RequestIds,
    /// Limits warnings about misplaced checks.
    warnings: LogLimit,
}

/// Served on listeners of its own, never here: a client that reaches this gate through a proxy must not reach checks.
const FORWARD_AUTH: &str = "/forward-auth";

/// The only paths that accept long bodies.
const API: &str = "/api/";

/// The only paths that are served at an application host.
const HAND_OVER: &str = "/.samovar/";

impl Gate {
    /// A gate in front of these surfaces; the application hosts are those of the policy in force.
    pub fn new(
        settings: Settings,
        surfaces: Surfaces,
        policy: Arc<PolicyHolder>,
        capabilities: Capabilities,
    ) -> Self {
        Self {
            bodies: RequestBodies::new(settings.bodies),
            requests: Arc::default(),
            known: None,
            settings,
            own: Arc::new(surfaces.own),
            application: Arc::new(surfaces.application),
            policy,
            ids: RequestIds::new(Arc::clone(&capabilities.clock), &*capabilities.random),
            clock: capabilities.clock,
            warnings: LogLimit::default(),
        }
    }

    /// Allows longer bodies at the API for callers with a valid credential.
    #[must_use]
    pub fn with_known_callers(self, known: KnownCaller) -> Self {
        Self {
            known: Some(known),
            ..self
        }
    }

    /// Answers the request; afterwards `body` says whether a part of the body is still unread.
    async fn pass(
        &self,
        mut request: Request,
        target: AnswerTarget,
        body: &mut Body,
    ) -> poem::Result<Response> {
        if is_check(request.uri().path()) {
            return Err(self.misplaced_check(&request).into());
        }
        let host = host(&request, &self.settings.own)?;
        let endpoint = self.endpoint(&host, request.uri().path())?;
        check_connection(request.headers())?;
        if !ignores_cookies(request.uri().path()) {
            origin::check(&request, self.settings.https, &host)?;
        }
        let context = self.context(&request, host, target);
        let block = context.origin.address.map(AddressBlock::of);
        request.set_data(context);
        self.receive(&mut request, body, block).await?;
        let in_flight = self.requests.enter(block)?;
        // In a task of its own: a client that disconnects must not leave a change on disk that is not in force.
        let endpoint = Arc::clone(endpoint);
        let answer = tokio::spawn(async move {
            let _in_flight = in_flight;
            endpoint.call(request).await
        });
        let answer = tokio::time::timeout(self.settings.answer_timeout, answer).await;
        let answer = answer
            .map_err(|_| answer_timed_out())?
            .map_err(|error| task_failed(&error))?;
        answer.map(IntoResponse::into_response)
    }

    /// The proxy's configuration predates the separate listener for checks, or a client sends a check itself.
    fn misplaced_check(&self, request: &Request) -> Problem {
        if self.warnings.take(self.clock.now()) {
            tracing::warn!(
                peer = peer(request.remote_addr()).map(tracing::field::display),
                "a forward-auth check came to an address of `server.listen` and was refused: checks are answered on `server.forward_auth_listen` alone; if a proxy of yours sent it, paste the block from the application's page"
            );
        }
        let detail = "this address answers no checks: the proxy's configuration is from an earlier version or names the wrong address; paste the block from the application's page into it";
        Problem::new(ProblemCode::CheckMisplaced, detail)
    }

    /// Reads the whole body before the endpoint is called.
    async fn receive(
        &self,
        request: &mut Request,
        body: &mut Body,
        block: Option<AddressBlock>,
    ) -> Result<(), Problem> {
        let bytes = match *body {
            Body::None => return Ok(()),
            Body::Unreadable(reason) => {
                return Err(Problem::new(ProblemCode::FramingUnsupported, reason));
            }
            Body::Announced(bytes) => bytes,
        };
        self.bodies.check(bytes, || self.is_known(request))?;
        self.bodies.read(request, bytes, block).await?;
        *body = Body::None;
        Ok(())
    }

    /// Only the API accepts long bodies; its operations authenticate the caller before they parse one.
    fn is_known(&self, request: &Request) -> bool {
        let known = self.known.as_ref();
        request.uri().path().starts_with(API) && known.is_some_and(|known| known(request.headers()))
    }

    fn endpoint(&self, host: &HostName, path: &str) -> Result<&Arc<Route>, Problem> {
        if *host == self.settings.own {
            return Ok(&self.own);
        }
        if self.policy.load().application_at(host).is_none() {
            let detail = format!(
                "unknown host `{host}`; use Samovar's own address, or add the host to an application"
            );
            return Err(Problem::new(ProblemCode::HostUnknown, detail));
        }
        if path.starts_with(HAND_OVER) {
            return Ok(&self.application);
        }
        let detail = "Samovar serves only `/.samovar/…` at an application's host; point the proxy's other paths at the application";
        Err(Problem::new(ProblemCode::NotFound, detail))
    }

    fn context(&self, request: &Request, host: HostName, target: AnswerTarget) -> RequestContext {
        let headers = request.headers();
        let peer = peer(request.remote_addr());
        RequestContext {
            host,
            navigation: is_navigation(request.method(), headers),
            secret_needed: true,
            by_trusted_proxy: peer.is_some_and(|peer| self.settings.trusted.contains(peer)),
            origin: RequestOrigin {
                request: target.request,
                address: peer.and_then(|peer| self.settings.trusted.client(Some(peer), headers)),
                user_agent: headers.get(header::USER_AGENT).cloned(),
            },
        }
    }
}

impl Endpoint for Gate {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let target = AnswerTarget {
            request: self.ids.next(),
            page: is_shown_as_page(request.method(), request.headers()),
        };
        let opened = opens_from_other_site(request.uri().path());
        let mut body = Body::of(request.headers());
        let mut response = match self.pass(request, target, &mut body).await {
            Ok(response) => response,
            Err(error) => refuse(error, &target),
        };
        if body != Body::None || response.status() == StatusCode::REQUEST_TIMEOUT {
            // The rest of this body must not be parsed as the next request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if opened {
            protect::keep_opener(response.headers_mut());
        }
        protect::headers(response.headers_mut(), &target, self.settings.https);
        Ok(response)
    }
}

/// The unread body of a request, as its head announces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    None,
    /// This number of bytes follows.
    Announced(u64),
    /// A body without a valid length.
    Unreadable(&'static str),
}

impl Body {
    /// Rejects chunked bodies, so that the announced length bounds the memory that a request needs.
    fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key(header::TRANSFER_ENCODING) {
            return Self::Unreadable(
                "chunked bodies are not supported; send the body with `Content-Length`",
            );
        }
        let Some(announced) = headers.get(header::CONTENT_LENGTH) else {
            return Self::None;
        };
        match announced
            .to_str()
            .ok()
            .and_then(|length| length.parse().ok())
        {
            Some(0) => Self::None,
            Some(length) => Self::Announced(length),
            None => {
                Self::Unreadable("invalid `Content-Length`; send the number of bytes of the body")
            }
        }
    }
}

/// The answer to an error of an endpoint.
pub(super) fn refuse(error: poem::Error, target: &AnswerTarget) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let problem = Problem::from_error(&error);
    if problem.code() == ProblemCode::Internal {
        tracing::error!(request = %target.request, %error, "a request could not be served");
    }
    problem.respond(target)
}

fn answer_timed_out() -> Problem {
    let detail = "the server did not answer this request in time; send it again later";
    Problem::new(ProblemCode::RequestTimeout, detail)
}

fn task_failed(cause: &JoinError) -> Problem {
    tracing::error!(%cause, "an endpoint panicked");
    Problem::internal()
}

fn is_check(path: &str) -> bool {
    let rest = path.strip_prefix(FORWARD_AUTH);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The pages of an authorization request. Browser applications such as FastAPI's docs page open them in a new window,
/// which must keep its reference to the page that opened it.
fn opens_from_other_site(path: &str) -> bool {
    path == "/oauth/authorize" || path.starts_with("/auth/")
}

/// Endpoints of the authorization server that ignore cookies, so that cross-site requests are safe; browser applications
/// call them from their own origins.
fn ignores_cookies(path: &str) -> bool {
    [
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/introspect",
        "/oauth/device",
    ]
    .contains(&path)
}

/// The address of the peer; none over a Unix socket.
pub(super) fn peer(remote: &Addr) -> Option<IpAddr> {
    remote.as_socket_addr().map(|peer| peer.ip().to_canonical())
}

/// The host of exactly one `Host` header (RFC 9112 section 3.2), which the request line must not contradict.
fn host(request: &Request, own: &HostName) -> Result<HostName, Problem> {
    let error = |detail: &str| Problem::new(ProblemCode::HostInvalid, detail);
    let mut sent = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (sent.next(), sent.next()) else {
        return Err(error(
            "the request has no `Host` header or several; send exactly one",
        ));
    };
    let host = if host == own.as_str() {
        own.clone()
    } else {
        read_host(host)?
    };
    let line = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().parse::<HostName>());
    match line {
        Some(other) if other.as_ref() != Ok(&host) => Err(error(
            "the request line and the `Host` header name different hosts; send the same in both",
        )),
        _ => Ok(host),
    }
}

fn read_host(host: &HeaderValue) -> Result<HostName, Problem> {
    let error = |detail: &str| Problem::new(ProblemCode::HostInvalid, detail);
    let text = host.to_str();
    let text = text.map_err(|_| error("`Host` is not ASCII; send the name in its ASCII form"))?;
    text.parse()
        .map_err(|invalid: ParseError| error(&invalid.0))
}

/// Proxies drop the headers that `Connection` names, so it may name hop-by-hop headers only.
pub(super) fn check_connection(headers: &HeaderMap) -> Result<(), Problem> {
    const HOP_BY_HOP: [&str; 5] = ["", "close", "keep-alive", "te", "upgrade"];
    let allowed = |name: &str| {
        HOP_BY_HOP
            .iter()
            .any(|option| option.eq_ignore_ascii_case(name))
    };
    let lines = headers.get_all(header::CONNECTION).iter();
    let valid = lines.into_iter().all(|line| {
        line.to_str()
            .is_ok_and(|line| line.split(',').all(|name| allowed(name.trim())))
    });
    if valid {
        return Ok(());
    }
    let detail = "invalid `Connection` header: use only `close`, `keep-alive`, `te` and `upgrade`";
    Err(Problem::new(ProblemCode::TargetAmbiguous, detail))
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
