//! The gate of the forward-auth endpoints, which have listeners of their own: checks the peer and assigns the request id.
//!
//! Knows peers and the form of answers. Must never read a body, serve another path, or answer nginx with a status other
//! than 2xx, 401 and 403.

use super::services::{CheckServices, DecisionPoint};
use super::{CheckKind, ENDPOINTS, respond};
use crate::access::RequestOrigin;
use crate::http::check_stream::{BodyNeverComes, announces_body};
use crate::http::checks::CheckEndpoint;
use crate::http::gate::{check_connection, peer};
use crate::http::listener::Ends;
use crate::http::problem::{AnswerTarget, Problem, ProblemCode, is_navigation};
use crate::http::sockets::is_unix;
use crate::http::{RequestContext, TrustedProxies, protect};
use crate::model::{HostName, Random, RequestIds};
use poem::http::request::Parts;
use poem::http::{HeaderMap, Method, header};
use poem::{Addr, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Settings of the gate.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Proxies that may send checks.
    pub trusted: TrustedProxies,
}

/// The gate and the forward-auth endpoints behind it.
pub struct ForwardAuthGate<J> {
    settings: Settings,
    services: CheckServices<J>,
    ids: RequestIds,
    first_check: Arc<FirstCheck>,
}

/// Whether a trusted proxy has sent a check since the start.
#[derive(Debug, Default)]
pub struct FirstCheck {
    seen: AtomicBool,
    now: Notify,
}

impl FirstCheck {
    fn mark(&self) {
        // Usually only reads, so that threads share the flag's cache line.
        if !self.seen.load(Ordering::Relaxed) && !self.seen.swap(true, Ordering::Relaxed) {
            self.now.notify_one();
        }
    }

    /// Returns once a trusted proxy has sent a check; for a single caller.
    pub async fn wait(&self) {
        self.now.notified().await;
    }
}

impl<J: DecisionPoint> ForwardAuthGate<J> {
    /// A gate in front of these services.
    pub fn new(settings: Settings, services: CheckServices<J>, random: &dyn Random) -> Self {
        Self {
            settings,
            ids: RequestIds::new(Arc::clone(&services.clock), random),
            services,
            first_check: Arc::default(),
        }
    }

    /// The notification of the first check by a trusted proxy.
    pub fn first_check(&self) -> Arc<FirstCheck> {
        Arc::clone(&self.first_check)
    }

    async fn respond(&self, head: &Parts, ends: &Ends, target: AnswerTarget) -> Response {
        let Some(kind) = kind_of(head.uri.path()) else {
            return misplaced().respond(&target);
        };
        let nginx = matches!(kind, CheckKind::NginxCheck);
        let mut response = match check_connection(&head.headers) {
            Err(problem) if nginx => problem.respond_to_nginx(),
            Err(problem) => problem.respond(&target),
            Ok(()) => self.pass(kind, &head.headers, ends, target).await,
        };
        // nginx sends its check as GET with the client's `Content-Length` and without the body.
        if nginx && head.method == Method::GET && body_never_comes(&head.headers) {
            response.set_data(BodyNeverComes);
        }
        response
    }

    /// Needs no timeout: it does not wait for the client, and calls of Gitea have their own.
    async fn pass(
        &self,
        kind: CheckKind,
        headers: &HeaderMap,
        ends: &Ends,
        target: AnswerTarget,
    ) -> Response {
        let context = self.context(headers, ends, target);
        if context.by_trusted_proxy {
            self.first_check.mark();
        }
        respond(&self.services, kind, &context, headers).await
    }

    fn context(&self, headers: &HeaderMap, ends: &Ends, target: AnswerTarget) -> RequestContext {
        let peer = peer(&ends.remote);
        let trusted = match peer {
            Some(peer) => self.settings.trusted.contains(peer),
            None => is_unix(&ends.remote),
        };
        RequestContext {
            host: self.settings.own.clone(),
            navigation: target.page,
            by_trusted_proxy: trusted,
            secret_needed: is_remote(&ends.local),
            origin: RequestOrigin {
                request: target.request,
                address: self.settings.trusted.client(peer, headers),
                user_agent: headers.get(header::USER_AGENT).cloned(),
            },
        }
    }
}

impl<J: DecisionPoint> CheckEndpoint for ForwardAuthGate<J> {
    async fn answer(&self, head: &Parts, ends: &Ends) -> Response {
        let target = AnswerTarget {
            request: self.ids.next(),
            page: is_navigation(&head.method, &head.headers),
        };
        let mut response = self.respond(head, ends, target).await;
        // The client gets only the answers of denials; the proxy discards these headers of an allowed check.
        if !response.is_success() {
            protect::headers(response.headers_mut(), &target, false);
        }
        response
    }
}

fn body_never_comes(headers: &HeaderMap) -> bool {
    announces_body(headers) && !headers.contains_key(header::EXPECT)
}

/// Can other machines reach the address on which the check arrived? Also true for an unknown address.
fn is_remote(address: &Addr) -> bool {
    match address.as_socket_addr() {
        Some(address) => !address.ip().to_canonical().is_loopback(),
        None => !is_unix(address),
    }
}

fn kind_of(path: &str) -> Option<CheckKind> {
    let mut endpoints = ENDPOINTS.iter();
    let (_, kind) = endpoints.find(|(endpoint, _)| *endpoint == path)?;
    Some(*kind)
}

/// 403, because nginx's `auth_request` turns every status but 2xx, 401 and 403 into 500.
fn misplaced() -> Problem {
    let detail = "this address answers only checks of proxies; paste the block from the application's page into your proxy, and open Samovar at its own address";
    Problem::new(ProblemCode::CheckMisplaced, detail)
}
