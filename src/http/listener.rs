//! The accept loop: connections with limits, handed to one endpoint, and a stop that lets answers finish.
//!
//! Knows hyper and sockets. The framework's own server has no header timeout and no caps, hence this one. Every wait for a
//! client has an end: for a head here, for a body in `request_body`, for room to write in `client_stream`.
//! Never upgrades a connection, and never waits for a body that nobody reads.

use super::TrustedProxies;
use super::check_stream::{self, CheckConnection, CheckStream};
use super::client_stream::ClientStream;
pub use super::client_stream::WriteLimits;
pub use super::connection_slots::ConnectionLimits;
use super::connection_slots::{Connection as ConnectionState, ConnectionSlots, Slot};
use super::sockets::{Connection, Listener};
use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use poem::Endpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Limits of one listener.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A head must be whole this long after the connection or the answer before it; also how long it may idle.
    pub head_timeout: Duration,
    /// The same for trusted proxies and this machine: longer than the 60 s after which proxies end idle connections
    /// themselves, so that none sends a request into a connection that is just being closed.
    pub proxy_head_timeout: Duration,
    /// Longest head, in bytes.
    pub head_bytes: usize,
    /// Open connections.
    pub connections: ConnectionLimits,
    /// Peers that have room of their own.
    pub trusted: TrustedProxies,
    /// Waiting for clients that do not read.
    pub write: WriteLimits,
    /// A connection that is older ends after the answer that it is waiting for.
    pub max_age: Duration,
    /// How long an answer may take to finish once its connection is too old: longer than any answer takes.
    pub age_grace: Duration,
    /// How long answers may take to finish once the server stops.
    pub stop_grace: Duration,
    /// Serves checks alone: see `check_stream`.
    pub checks: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            head_timeout: Duration::from_secs(10),
            proxy_head_timeout: Duration::from_secs(75),
            head_bytes: 16 * 1024,
            connections: ConnectionLimits::default(),
            trusted: TrustedProxies::default(),
            write: WriteLimits::default(),
            max_age: Duration::from_secs(3600),
            age_grace: Duration::from_secs(150),
            stop_grace: Duration::from_secs(10),
            checks: false,
        }
    }
}

/// Serves until told to stop, and returns when the last answer has left or the grace is over.
pub async fn serve<E: Endpoint + 'static>(
    listeners: Vec<Listener>,
    endpoint: Arc<E>,
    settings: Settings,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    let server = Arc::new(Server {
        endpoint,
        slots: ConnectionSlots::new(settings.connections, settings.trusted.clone()),
        settings,
        stop,
        tasks: tasks.clone(),
    });
    for listener in listeners {
        tasks.spawn(Arc::clone(&server).accept(listener));
    }
    tasks.close();
    tasks.wait().await;
}

/// What hyper is given.
type Answer = Result<hyper::Response<BoxBody<Bytes, io::Error>>, Infallible>;

struct Server<E> {
    endpoint: Arc<E>,
    slots: Arc<ConnectionSlots>,
    settings: Settings,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl<E: Endpoint + 'static> Server<E> {
    async fn accept(self: Arc<Self>, listener: Listener) {
        let local = listener.local();
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, remote)) => self.admit(stream, local.clone(), remote),
                Err(error) => self.after_failed_accept(&error).await,
            }
        }
    }

    /// Serves the connection, or closes it at once when there is no slot for its peer.
    fn admit(self: &Arc<Self>, stream: Connection, local: LocalAddr, remote: RemoteAddr) {
        let peer = remote.as_socket_addr().map(std::net::SocketAddr::ip);
        let Some(slot) = self.slots.admit(peer) else {
            return;
        };
        let server = Arc::clone(self);
        self.tasks.spawn(async move {
            server.connection(stream, (local, remote), &slot).await;
        });
    }

    /// Out of file descriptors, most likely: a moment later there may be one.
    async fn after_failed_accept(&self, error: &io::Error) {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }

    async fn connection(
        &self,
        stream: Connection,
        (local, remote): (LocalAddr, RemoteAddr),
        slot: &Slot,
    ) {
        let client = ClientStream::new(stream, self.settings.write);
        if !self.settings.checks {
            let service = |request| self.answer(request, (&local, &remote), slot.connection());
            return self.requests(client, service, slot.connection()).await;
        }
        let check = Arc::new(CheckConnection::default());
        let mut stream = CheckStream::new(client, Arc::clone(&check));
        loop {
            let service =
                |request| self.check(request, (&local, &remote), slot.connection(), &check);
            self.requests(&mut stream, service, slot.connection()).await;
            if !check.release() {
                return;
            }
        }
    }

    /// One answer of the endpoint.
    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        (local, remote): (&LocalAddr, &RemoteAddr),
        state: &ConnectionState,
    ) -> Answer {
        let request = (request, local.clone(), remote.clone(), Scheme::HTTP).into();
        state.set_serving(true);
        let response = self.endpoint.get_response(request).await;
        state.set_serving(false);
        Ok(hyper::Response::from(response))
    }

    /// The same over a connection of checks.
    async fn check(
        &self,
        request: hyper::Request<Incoming>,
        (local, remote): (&LocalAddr, &RemoteAddr),
        state: &ConnectionState,
        check: &CheckConnection,
    ) -> Answer {
        let mut request: poem::Request =
            (request, local.clone(), remote.clone(), Scheme::HTTP).into();
        let body = check_stream::announces_body(request.headers()).then(|| request.take_body());
        state.set_serving(true);
        let mut response = self.endpoint.get_response(request).await;
        state.set_serving(false);
        if let Some(body) = body {
            check_stream::settle_body(body, &mut response, check).await;
        }
        check.answer();
        Ok(hyper::Response::from(response))
    }

    /// Serves one request after another until the connection or the server ends.
    async fn requests<S, F, A>(&self, stream: S, service: F, state: &ConnectionState)
    where
        S: hyper::rt::Read + hyper::rt::Write + Unpin,
        F: Fn(hyper::Request<Incoming>) -> A,
        A: Future<Output = Answer>,
    {
        let head_timeout = if state.of_proxy {
            self.settings.proxy_head_timeout
        } else {
            self.settings.head_timeout
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_timeout)
            .max_header_size(self.settings.head_bytes)
            .max_buf_size(self.settings.head_bytes.max(8 * 1024) * 4)
            .serve_connection(stream, service_fn(service));
        let mut connection = std::pin::pin!(connection);
        let grace = tokio::select! {
            _ = connection.as_mut() => return,
            () = state.evicted() => return,
            () = self.stop.cancelled() => self.settings.stop_grace,
            () = tokio::time::sleep(self.settings.max_age) => self.settings.age_grace,
        };
        connection.as_mut().graceful_shutdown();
        // Past the grace the connection is cut: its client has had its time.
        tokio::select! {
            _ = connection => {}
            () = tokio::time::sleep(grace) => {}
            () = self.stopped() => {}
        }
    }

    /// The server stops, and the time for answers to finish is over.
    async fn stopped(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(self.settings.stop_grace).await;
    }
}

#[cfg(test)]
#[path = "listener_tests.rs"]
mod tests;
