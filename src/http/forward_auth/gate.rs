//! In front of the forward-auth endpoints, on listeners on which nothing else is served: who asks, and under which request id.
//!
//! Knows peers and the form of answers. Must never look at a body, serve another path, or give nginx a status other
//! than 2xx, 401 and 403.

use super::services::{DecisionPoint, Services};
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

/// What the gate of the forward-auth listeners must know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Proxies that may ask.
    pub trusted: TrustedProxies,
}

/// The gate with the forward-auth endpoints behind it.
pub struct ForwardAuthGate<J> {
    settings: Settings,
    services: Services<J>,
    ids: RequestIds,
    first_check: Arc<FirstCheck>,
}

/// Whether any trusted proxy has asked yet.
#[derive(Debug, Default)]
pub struct FirstCheck {
    seen: AtomicBool,
    now: Notify,
}

impl FirstCheck {
    fn mark(&self) {
        // Most calls only read, so that checks on many threads share the flag without writing to it.
        if !self.seen.load(Ordering::Relaxed) && !self.seen.swap(true, Ordering::Relaxed) {
            self.now.notify_one();
        }
    }

    /// Returns once a trusted proxy has asked; for one caller.
    pub async fn wait(&self) {
        self.now.notified().await;
    }
}

impl<J: DecisionPoint> ForwardAuthGate<J> {
    /// In front of these services.
    pub fn new(settings: Settings, services: Services<J>, random: &dyn Random) -> Self {
        Self {
            settings,
            ids: RequestIds::new(Arc::clone(&services.clock), random),
            services,
            first_check: Arc::default(),
        }
    }

    /// Tells when a trusted proxy asks for the first time.
    pub fn first_check(&self) -> Arc<FirstCheck> {
        Arc::clone(&self.first_check)
    }

    async fn respond(&self, head: &Parts, ends: &Ends, asker: AnswerTarget) -> Response {
        let Some(kind) = kind_of(head.uri.path()) else {
            return misplaced().respond(&asker);
        };
        let nginx = matches!(kind, CheckKind::NginxCheck);
        let mut response = match check_connection(&head.headers) {
            Err(problem) if nginx => problem.respond_to_nginx(),
            Err(problem) => problem.respond(&asker),
            Ok(()) => self.pass(kind, (&head.headers, ends), asker).await,
        };
        // nginx passes the client's `Content-Length` on, asks with GET and never sends the body.
        if nginx && head.method == Method::GET && body_never_comes(&head.headers) {
            response.set_data(BodyNeverComes);
        }
        response
    }

    /// It waits for no client, and what it asks of Gitea has limits of its own.
    async fn pass(
        &self,
        kind: CheckKind,
        (headers, ends): (&HeaderMap, &Ends),
        asker: AnswerTarget,
    ) -> Response {
        let exchange = self.exchange(headers, ends, asker);
        if exchange.by_trusted_proxy {
            self.first_check.mark();
        }
        respond(&self.services, kind, &exchange, headers).await
    }

    fn exchange(&self, headers: &HeaderMap, ends: &Ends, asker: AnswerTarget) -> RequestContext {
        let peer = peer(&ends.remote);
        let trusted = match peer {
            Some(peer) => self.settings.trusted.contains(peer),
            None => is_unix(&ends.remote),
        };
        RequestContext {
            host: self.settings.own.clone(),
            navigation: asker.page,
            by_trusted_proxy: trusted,
            secret_needed: is_remote(&ends.local),
            origin: RequestOrigin {
                request: asker.request,
                address: self.settings.trusted.client(peer, headers),
                user_agent: headers.get(header::USER_AGENT).cloned(),
            },
        }
    }
}

impl<J: DecisionPoint> CheckEndpoint for ForwardAuthGate<J> {
    async fn answer(&self, head: &Parts, ends: &Ends) -> Response {
        let asker = AnswerTarget {
            request: self.ids.next(),
            page: is_navigation(&head.method, &head.headers),
        };
        let mut response = self.respond(head, ends, asker).await;
        // The proxy throws an allowed check's other headers away, and a refusal reaches the application's host.
        if !response.is_success() {
            protect::headers(response.headers_mut(), &asker, false);
        }
        response
    }
}

fn body_never_comes(headers: &HeaderMap) -> bool {
    announces_body(headers) && !headers.contains_key(header::EXPECT)
}

/// Can other machines reach the address on which the check came in? An unknown address counts as one.
fn is_remote(address: &Addr) -> bool {
    match address.as_socket_addr() {
        Some(address) => !address.ip().to_canonical().is_loopback(),
        None => !is_unix(address),
    }
}

fn kind_of(path: &str) -> Option<CheckKind> {
    let mut endpoints = ENDPOINTS.iter();
    let (_, kind) = endpoints.find(|(known, _)| *known == path)?;
    Some(*kind)
}

/// 403, because an nginx that was given no more than an address turns every status but 2xx, 401 and 403 into 500.
fn misplaced() -> Problem {
    let detail = "this address answers only the checks of proxies; paste the block from the application's page into your proxy, and open Samovar at its own address";
    Problem::new(ProblemCode::CheckMisplaced, detail)
}
