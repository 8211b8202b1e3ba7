//! In front of the forward-auth endpoints, on listeners on which nothing else is served: who asks, and under which request id.
//!
//! Knows peers and the form of answers. Must never look at a body, serve another path, or give nginx a status other
//! than 2xx, 401 and 403.

use super::{ENDPOINTS, Question};
use crate::access::Remote;
use crate::http::check_stream::{BodyNeverComes, announces_body};
use crate::http::gate::{check_connection, peer, refuse};
use crate::http::problem::{Asker, Code, Problem, is_navigation};
use crate::http::sockets::is_unix;
use crate::http::{Exchange, TrustedProxies, protect};
use crate::model::{Clock, DisplayText, HostName, Random, RequestIds};
use poem::http::{HeaderValue, Method, header};
use poem::{Addr, Endpoint, Request, Response, Route};
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
pub struct ForwardAuthGate {
    settings: Settings,
    endpoints: Route,
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

impl ForwardAuthGate {
    /// In front of these endpoints.
    pub fn new(
        settings: Settings,
        endpoints: Route,
        (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
    ) -> Self {
        Self {
            settings,
            endpoints,
            ids: RequestIds::new(clock, &*random),
            first_check: Arc::default(),
        }
    }

    /// Tells when a trusted proxy asks for the first time.
    pub fn first_check(&self) -> Arc<FirstCheck> {
        Arc::clone(&self.first_check)
    }

    async fn pass(&self, mut request: Request, asker: Asker) -> poem::Result<Response> {
        check_connection(request.headers())?;
        let exchange = self.exchange(&request, asker);
        if exchange.by_trusted_proxy {
            self.first_check.mark();
        }
        request.set_data(exchange);
        // It waits for no client, and what it asks of Gitea has limits of its own.
        self.endpoints.call(request).await
    }

    fn exchange(&self, request: &Request, asker: Asker) -> Exchange {
        let headers = request.headers();
        let peer = peer(request);
        let trusted = match peer {
            Some(peer) => self.settings.trusted.contains(peer),
            None => is_unix(request.remote_addr()),
        };
        let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes);
        Exchange {
            request: asker.request,
            host: self.settings.own.clone(),
            navigation: asker.page,
            by_trusted_proxy: trusted,
            secret_needed: is_remote(request.local_addr()),
            remote: Arc::new(Remote {
                address: self.settings.trusted.client(peer, headers),
                user_agent: agent.map(|agent| DisplayText::lossy(&String::from_utf8_lossy(agent))),
            }),
        }
    }
}

impl Endpoint for ForwardAuthGate {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asker = Asker {
            request: self.ids.next(),
            page: is_navigation(request.method(), request.headers()),
        };
        let question = question(request.uri().path());
        let announced = announces_body(request.headers());
        let get = request.method() == Method::GET;
        let expects = request.headers().contains_key(header::EXPECT);
        let mut response = match (self.pass(request, asker).await, question) {
            (Ok(response), Some(_)) => response,
            (_, None) => elsewhere().respond(&asker),
            (Err(error), Some(Question::NginxCheck)) => {
                Problem::from_error(&error).respond_to_nginx()
            }
            (Err(error), Some(_)) => refuse(error, &asker),
        };
        // nginx passes the client's `Content-Length` on, asks with GET and never sends the body.
        let of_nginx = matches!(question, Some(Question::NginxCheck)) && get;
        if announced && of_nginx && !expects {
            response.set_data(BodyNeverComes);
        }
        // The proxy throws an allowed check's other headers away, and a refusal reaches the application's host.
        if !response.is_success() {
            protect::headers(response.headers_mut(), &asker, false);
        }
        Ok(response)
    }
}

/// Can other machines reach the address on which the check came in? An unknown address counts as one.
fn is_remote(address: &Addr) -> bool {
    match address.as_socket_addr() {
        Some(address) => !address.ip().to_canonical().is_loopback(),
        None => !is_unix(address),
    }
}

fn question(path: &str) -> Option<Question> {
    let mut endpoints = ENDPOINTS.iter();
    let (_, question) = endpoints.find(|(known, _)| *known == path)?;
    Some(*question)
}

/// 403, because an nginx that was given no more than an address turns every status but 2xx, 401 and 403 into 500.
fn elsewhere() -> Problem {
    let detail = "this address answers only the checks of proxies; paste the block from the application's page into your proxy, and open Samovar at its own address";
    Problem::new(Code::CheckMisplaced, detail)
}
