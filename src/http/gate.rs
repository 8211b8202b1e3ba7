//! In front of every door: one valid host that is ours, framing that cannot be misread, no other site's hand, limits.
//!
//! Knows the table Host → what is served there. Must never decide who may do what, and never pass on what two parties
//! could read differently.

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
use crate::model::{Clock, HostName, ParseError, Random, RequestIds};
use poem::http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::{Addr, Endpoint, IntoResponse, Request, Response, Route};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinError;

/// Where the gate stands.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Is the outside address https? Cookies, origins and redirects follow it.
    pub https: bool,
    /// Proxies whose word is believed.
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

/// The gate with its doors.
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
    /// Of misplaced checks.
    warnings: LogLimit,
}

/// Served on a listener of its own, and never here: a client that reaches this gate through a proxy must not reach checks.
const FORWARD_AUTH: &str = "/forward-auth";

/// Where bodies may be long.
const API: &str = "/api/";

/// All that is served at an application host.
const HAND_OVER: &str = "/.samovar/";

impl Gate {
    /// In front of these surfaces; application hosts are those of the policy in force.
    pub fn new(
        settings: Settings,
        surfaces: Surfaces,
        policy: Arc<PolicyHolder>,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
    ) -> Self {
        Self {
            bodies: RequestBodies::new(settings.bodies),
            requests: Arc::default(),
            known: None,
            settings,
            own: Arc::new(surfaces.own),
            application: Arc::new(surfaces.application),
            policy,
            ids: RequestIds::new(Arc::clone(&clock), &*random),
            clock,
            warnings: LogLimit::default(),
        }
    }

    /// The same, with longer bodies at the API for callers that present a valid credential.
    #[must_use]
    pub fn with_known_callers(self, known: KnownCaller) -> Self {
        Self {
            known: Some(known),
            ..self
        }
    }

    /// Answers the request; `body` tells afterwards whether some of its body is still in the connection.
    async fn pass(
        &self,
        mut request: Request,
        asker: AnswerTarget,
        body: &mut Body,
    ) -> poem::Result<Response> {
        if is_check(request.uri().path()) {
            return Err(self.misplaced_check(&request).into());
        }
        let host = host(&request, &self.settings.own)?;
        let door = self.door(&host, request.uri().path())?;
        check_connection(request.headers())?;
        if !takes_no_cookie(request.uri().path()) {
            origin::check(&request, self.settings.https, &host)?;
        }
        let exchange = self.exchange(&request, host, asker);
        let block = exchange.origin.address.map(AddressBlock::of);
        request.set_data(exchange);
        self.receive(&mut request, body, block).await?;
        let in_flight = self.requests.enter(block)?;
        // A client that hangs up, or waits no longer, must not leave a change on disk that is not in force.
        let door = Arc::clone(door);
        let answer = tokio::spawn(async move {
            let _in_flight = in_flight;
            door.call(request).await
        });
        let answer = tokio::time::timeout(self.settings.answer_timeout, answer).await;
        let answer = answer
            .map_err(|_| slow())?
            .map_err(|error| broken(&error))?;
        answer.map(IntoResponse::into_response)
    }

    /// A proxy whose configuration is from before the checks had a listener of their own, or a client who tries.
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

    /// Reads the whole body, before any endpoint is asked.
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

    /// The API alone takes long bodies, and its operations ask who calls before they read one.
    fn is_known(&self, request: &Request) -> bool {
        let known = self.known.as_ref();
        request.uri().path().starts_with(API) && known.is_some_and(|known| known(request.headers()))
    }

    fn door(&self, host: &HostName, path: &str) -> Result<&Arc<Route>, Problem> {
        if *host == self.settings.own {
            return Ok(&self.own);
        }
        if self.policy.load().application_at(host).is_none() {
            let detail = format!(
                "nothing answers at `{host}`; use Samovar's own address, or add the host to an application"
            );
            return Err(Problem::new(ProblemCode::HostUnknown, detail));
        }
        if path.starts_with(HAND_OVER) {
            return Ok(&self.application);
        }
        let detail = "Samovar serves only `/.samovar/…` at an application's host; point the proxy's other paths at the application";
        Err(Problem::new(ProblemCode::NotFound, detail))
    }

    fn exchange(&self, request: &Request, host: HostName, asker: AnswerTarget) -> RequestContext {
        let headers = request.headers();
        let peer = peer(request.remote_addr());
        RequestContext {
            host,
            navigation: is_navigation(request.method(), headers),
            secret_needed: true,
            by_trusted_proxy: peer.is_some_and(|peer| self.settings.trusted.contains(peer)),
            origin: RequestOrigin {
                request: asker.request,
                address: peer.and_then(|peer| self.settings.trusted.client(Some(peer), headers)),
                user_agent: headers.get(header::USER_AGENT).cloned(),
            },
        }
    }
}

impl Endpoint for Gate {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asker = AnswerTarget {
            request: self.ids.next(),
            page: is_shown_as_page(request.method(), request.headers()),
        };
        let opened = opened_by_others(request.uri().path());
        let mut body = Body::of(request.headers());
        let mut response = match self.pass(request, asker, &mut body).await {
            Ok(response) => response,
            Err(error) => refuse(error, &asker),
        };
        if body != Body::None || response.status() == StatusCode::REQUEST_TIMEOUT {
            // What is left of this request must not be taken for the next one, nor waited for.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if opened {
            protect::keep_opener(response.headers_mut());
        }
        protect::headers(response.headers_mut(), &asker, self.settings.https);
        Ok(response)
    }
}

/// What a request's head says of its body, until the body has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    None,
    /// So many bytes follow.
    Announced(u64),
    /// Its length is not known before its end.
    Unreadable(&'static str),
}

impl Body {
    /// Chunked bodies are not taken, so that the announced length bounds what memory a request takes.
    fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key(header::TRANSFER_ENCODING) {
            return Self::Unreadable(
                "chunked bodies are not taken; send the body with `Content-Length`",
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
            None => Self::Unreadable("`Content-Length` is not a number of bytes; send one"),
        }
    }
}

/// The answer to an error of an endpoint.
pub(super) fn refuse(error: poem::Error, asker: &AnswerTarget) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let problem = Problem::from_error(&error);
    if problem.code() == ProblemCode::Internal {
        tracing::error!(request = %asker.request, %error, "a request could not be served");
    }
    problem.respond(asker)
}

fn slow() -> Problem {
    let detail = "the server needed too long for this request; send it again later";
    Problem::new(ProblemCode::RequestTimeout, detail)
}

fn broken(cause: &JoinError) -> Problem {
    tracing::error!(%cause, "a door broke off");
    Problem::new(
        ProblemCode::Internal,
        "something broke; the server's log says what",
    )
}

fn is_check(path: &str) -> bool {
    let rest = path.strip_prefix(FORWARD_AUTH);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a person sees between an application's *Authorize* button and its answer. Browser applications open it in a window
/// of its own, which must find back to the page that opened it: FastAPI's docs page does so.
fn opened_by_others(path: &str) -> bool {
    path == "/oauth/authorize" || path.starts_with("/auth/")
}

/// Endpoints of the authorization server at which a browser's cookies count for nothing, so that no other site's page can
/// use them; browser applications call them from their own sites.
fn takes_no_cookie(path: &str) -> bool {
    [
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/introspect",
        "/oauth/device",
    ]
    .contains(&path)
}

/// The address at the other end of the connection; none over a Unix socket.
pub(super) fn peer(remote: &Addr) -> Option<IpAddr> {
    remote.as_socket_addr().map(|peer| peer.ip().to_canonical())
}

/// Exactly one `Host` (RFC 9112 section 3.2), and none other in the request line.
fn host(request: &Request, own: &HostName) -> Result<HostName, Problem> {
    let error = |detail: &str| Problem::new(ProblemCode::HostInvalid, detail);
    let mut sent = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (sent.next(), sent.next()) else {
        return Err(error("exactly one `Host` header is needed; send one"));
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
            "the request line names another host than `Host`; send the same in both",
        )),
        _ => Ok(host),
    }
}

fn read_host(host: &HeaderValue) -> Result<HostName, Problem> {
    let error = |detail: &str| Problem::new(ProblemCode::HostInvalid, detail);
    let text = host.to_str();
    let text = text.map_err(|_| error("`Host` is not in ASCII; send the name's ASCII form"))?;
    text.parse()
        .map_err(|invalid: ParseError| error(&invalid.0))
}

/// A header named in `Connection` may vanish on the way: only those that belong there may be named.
pub(super) fn check_connection(headers: &HeaderMap) -> Result<(), Problem> {
    const KNOWN: [&str; 5] = ["", "close", "keep-alive", "te", "upgrade"];
    let belongs = |name: &str| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name));
    let lines = headers.get_all(header::CONNECTION).iter();
    let fine = lines.into_iter().all(|line| {
        line.to_str()
            .is_ok_and(|line| line.split(',').all(|name| belongs(name.trim())))
    });
    if fine {
        return Ok(());
    }
    let detail =
        "`Connection` may name `close`, `keep-alive`, `te` and `upgrade` alone; leave out the rest";
    Err(Problem::new(ProblemCode::TargetAmbiguous, detail))
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
