//! In front of every door: one valid host that is ours, framing that cannot be misread, no other site's hand, limits.
//!
//! Knows the table Host → what is served there. Must never decide who may do what, and never pass on what two parties
//! could read differently.

use super::client::TrustedProxies;
use super::exchange::Exchange;
use super::origin;
use super::problem::{Asker, Code, Problem, is_navigation};
use super::protect;
use crate::access::{PolicyHolder, Remote};
use crate::model::{Clock, DisplayText, HostName, Invalid, Random, RequestId};
use poem::http::{HeaderMap, HeaderValue, header};
use poem::{Endpoint, IntoResponse, Request, Response, Route};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::task::JoinError;

/// Longest form that the authorization server takes, in bytes: anybody can send one.
const FORM_BYTES: u64 = 64 * 1024;

/// Where the gate stands.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Is the outside address https? Cookies, origins and redirects follow it.
    pub https: bool,
    /// Proxies whose word is believed.
    pub trusted: TrustedProxies,
    /// Longest body that any door takes, in bytes.
    pub body_bytes: u64,
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

/// The gate with its doors.
pub struct Gate {
    settings: Settings,
    own: Arc<Route>,
    application: Arc<Route>,
    policy: Arc<PolicyHolder>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// When a misplaced check was last warned about, in seconds since 1970.
    warned_at: AtomicI64,
}

/// Served on a listener of its own, and never here: a client that reaches this gate through a proxy must not reach checks.
const FORWARD_AUTH: &str = "/forward-auth";

/// At most one warning about a misplaced check in this time, in seconds.
const WARNING_INTERVAL: i64 = 60;

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
            settings,
            own: Arc::new(surfaces.own),
            application: Arc::new(surfaces.application),
            policy,
            clock,
            random,
            warned_at: AtomicI64::new(i64::MIN),
        }
    }

    async fn pass(&self, mut request: Request, asker: Asker) -> poem::Result<Response> {
        if is_check(request.uri().path()) {
            return Err(self.misplaced_check(&request).into());
        }
        let host = host(&request, &self.settings.own)?;
        let door = self.door(&host, request.uri().path())?;
        check_connection(request.headers())?;
        self.check_body(request.headers(), request.uri().path())?;
        if !takes_no_cookie(request.uri().path()) {
            origin::check(&request, self.settings.https, &host)?;
        }
        let exchange = self.exchange(&request, host, asker);
        request.set_data(exchange);
        // A client that hangs up, or waits no longer, must not leave a change on disk that is not in force.
        let door = Arc::clone(door);
        let answer = tokio::spawn(async move { door.call(request).await });
        // It may be reading a body that never ends.
        let answer = tokio::time::timeout(self.settings.answer_timeout, answer).await;
        let answer = answer
            .map_err(|_| slow())?
            .map_err(|error| broken(&error))?;
        answer.map(IntoResponse::into_response)
    }

    /// A proxy whose configuration is from before the checks had a listener of their own, or a client who tries.
    fn misplaced_check(&self, request: &Request) -> Problem {
        let now = self.clock.now().seconds();
        let last = self.warned_at.load(Ordering::Relaxed);
        let due = now.saturating_sub(last) >= WARNING_INTERVAL;
        let ours = || {
            let both = (Ordering::Relaxed, Ordering::Relaxed);
            self.warned_at.compare_exchange(last, now, both.0, both.1)
        };
        if due && ours().is_ok() {
            let peer = peer(request);
            tracing::warn!(
                ?peer,
                "a forward-auth check came to an address of `server.listen` and was refused: checks are answered on `server.forward_auth_listen` alone; if a proxy of yours sent it, paste the block from the application's page"
            );
        }
        let detail = "no checks are answered here: this proxy configuration is from an earlier version or points at the wrong address; paste the block from the application's page";
        Problem::new(Code::CheckMisplaced, detail)
    }

    fn door(&self, host: &HostName, path: &str) -> Result<&Arc<Route>, Problem> {
        if *host == self.settings.own {
            return Ok(&self.own);
        }
        if self.policy.load().application_at(host).is_none() {
            let detail = format!(
                "nothing answers at `{host}`; use Samovar's own address, or add the host to an application"
            );
            return Err(Problem::new(Code::HostUnknown, detail));
        }
        if path.starts_with(HAND_OVER) {
            return Ok(&self.application);
        }
        let detail = "Samovar serves only `/.samovar/…` at an application's host; point the proxy's other paths at the application";
        Err(Problem::new(Code::NotFound, detail))
    }

    /// Chunked bodies are not taken, so that the announced length bounds what a door can be made to hold.
    fn check_body(&self, headers: &HeaderMap, path: &str) -> Result<(), Problem> {
        if headers.contains_key(header::TRANSFER_ENCODING) {
            let detail = "chunked bodies are not taken; send the body with `Content-Length`";
            return Err(Problem::new(Code::FramingUnsupported, detail));
        }
        let announced = headers.get(header::CONTENT_LENGTH);
        let length = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let most = match path {
            "/device" => FORM_BYTES,
            path if path.starts_with("/oauth/") => FORM_BYTES,
            _ => self.settings.body_bytes,
        };
        let most = most.min(self.settings.body_bytes);
        if length.is_some_and(|length| length > most) {
            let detail = format!("the body is longer than {most} bytes; send less");
            return Err(Problem::new(Code::BodyTooLarge, detail));
        }
        Ok(())
    }

    fn exchange(&self, request: &Request, host: HostName, asker: Asker) -> Exchange {
        let headers = request.headers();
        let peer = peer(request);
        let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes);
        Exchange {
            request: asker.request,
            host,
            navigation: asker.page,
            by_trusted_proxy: peer.is_some_and(|peer| self.settings.trusted.contains(peer)),
            remote: Arc::new(Remote {
                address: peer.and_then(|peer| self.settings.trusted.client(Some(peer), headers)),
                user_agent: agent.map(|agent| DisplayText::lossy(&String::from_utf8_lossy(agent))),
            }),
        }
    }
}

impl Endpoint for Gate {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asker = Asker {
            request: RequestId::generate(&*self.clock, &*self.random),
            page: is_navigation(request.method(), request.headers()),
        };
        let opened = opened_by_others(request.uri().path());
        let mut response = match self.pass(request, asker).await {
            Ok(response) => response,
            Err(error) => refuse(error, &asker),
        };
        if opened {
            protect::keep_opener(response.headers_mut());
        }
        protect::headers(response.headers_mut(), &asker, self.settings.https);
        Ok(response)
    }
}

/// The answer to an error of an endpoint.
pub(super) fn refuse(error: poem::Error, asker: &Asker) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let problem = Problem::from_error(&error);
    if problem.code() == Code::Internal {
        tracing::error!(request = %asker.request, %error, "a request could not be served");
    }
    problem.respond(asker)
}

fn slow() -> Problem {
    let detail = "the request took too long; send its body at once, or try again later";
    Problem::new(Code::RequestTimeout, detail)
}

fn broken(cause: &JoinError) -> Problem {
    tracing::error!(%cause, "a door broke off");
    Problem::new(
        Code::Internal,
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
pub(super) fn peer(request: &Request) -> Option<IpAddr> {
    request
        .remote_addr()
        .as_socket_addr()
        .map(|peer| peer.ip().to_canonical())
}

/// Exactly one `Host` (RFC 9112 section 3.2), and none other in the request line.
fn host(request: &Request, own: &HostName) -> Result<HostName, Problem> {
    let fault = |detail: &str| Problem::new(Code::HostInvalid, detail);
    let mut sent = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (sent.next(), sent.next()) else {
        return Err(fault("exactly one `Host` header is needed; send one"));
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
        Some(other) if other.as_ref() != Ok(&host) => Err(fault(
            "the request line names another host than `Host`; send the same in both",
        )),
        _ => Ok(host),
    }
}

fn read_host(host: &HeaderValue) -> Result<HostName, Problem> {
    let fault = |detail: &str| Problem::new(Code::HostInvalid, detail);
    let text = host.to_str();
    let text = text.map_err(|_| fault("`Host` is not in ASCII; send the name's ASCII form"))?;
    text.parse().map_err(|invalid: Invalid| fault(&invalid.0))
}

/// A header named in `Connection` may vanish on the way: only those that belong there may be named.
pub(super) fn check_connection(headers: &HeaderMap) -> Result<(), Problem> {
    let belongs = |name: &str| {
        ["", "close", "keep-alive", "te", "upgrade"].contains(&name.to_ascii_lowercase().as_str())
    };
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
    Err(Problem::new(Code::TargetAmbiguous, detail))
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
