//! The accept loop: connections with limits, each handed to a handler, and a stop that lets answers finish.
//!
//! Knows hyper and sockets. The framework's own server has no header timeout and no caps, hence this one. Every wait for a
//! client has an end: for a head here, for a body in `request_body`, for room to write in `client_stream`.
//! Never upgrades a connection, and never waits for a body that nobody reads.

use super::TrustedProxies;
use super::client_stream::ClientStream;
pub use super::client_stream::WriteLimits;
pub use super::connection_slots::ConnectionLimits;
use super::connection_slots::{Connection as ConnectionState, ConnectionSlots, Slot};
use super::connection_timer::ConnectionTimer;
use super::sockets::{Connection, Listener};
use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
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
        }
    }
}

/// Answers what comes over the connections of a listener.
pub trait ConnectionHandler: Send + Sync + 'static {
    /// Answers requests until the connection ends.
    fn handle(
        &self,
        stream: TokioIo<ClientStream>,
        connection: AcceptedConnection<'_>,
    ) -> impl Future<Output = ()> + Send;
}

/// Serves until the token is cancelled, and returns when the last answer has left or the grace is over.
pub async fn serve<H: ConnectionHandler>(
    listeners: Vec<Listener>,
    handler: H,
    settings: Settings,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    let server = Arc::new(Server {
        handler,
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

struct Server<H> {
    handler: H,
    slots: Arc<ConnectionSlots>,
    settings: Settings,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl<H: ConnectionHandler> Server<H> {
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
            server
                .connection(stream, Ends { local, remote }, &slot)
                .await;
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

    async fn connection(&self, stream: Connection, ends: Ends, slot: &Slot) {
        let connection = AcceptedConnection {
            settings: &self.settings,
            stop: &self.stop,
            state: slot.connection(),
            ends,
        };
        let stream = TokioIo::new(ClientStream::new(stream, self.settings.write));
        self.handler.handle(stream, connection).await;
    }
}

/// What hyper is given.
pub(super) type Answer = Result<hyper::Response<BoxBody<Bytes, io::Error>>, Infallible>;

/// Both ends of a connection.
#[derive(Debug, Clone)]
pub struct Ends {
    /// Ours.
    pub local: LocalAddr,
    /// The peer's.
    pub remote: RemoteAddr,
}

/// An accepted connection with the limits of its listener.
pub struct AcceptedConnection<'a> {
    settings: &'a Settings,
    stop: &'a CancellationToken,
    state: &'a ConnectionState,
    /// Its ends.
    pub ends: Ends,
}

impl AcceptedConnection<'_> {
    /// Awaits an answer; until then the connection is not taken for an idle one.
    pub(super) async fn serving<T>(&self, answer: impl Future<Output = T>) -> T {
        self.state.set_serving(true);
        let answer = answer.await;
        self.state.set_serving(false);
        answer
    }

    /// Serves one request after another until the connection or the server ends.
    pub(super) async fn requests<S, F, A>(&self, stream: S, service: F)
    where
        S: hyper::rt::Read + hyper::rt::Write + Unpin,
        F: Fn(hyper::Request<Incoming>) -> A,
        A: Future<Output = Answer>,
    {
        let head_timeout = if self.state.of_proxy {
            self.settings.proxy_head_timeout
        } else {
            self.settings.head_timeout
        };
        let connection = http1::Builder::new()
            .timer(ConnectionTimer::new(head_timeout))
            .header_read_timeout(head_timeout)
            .max_header_size(self.settings.head_bytes)
            .max_buf_size(self.settings.head_bytes.max(8 * 1024) * 4)
            .serve_connection(stream, service_fn(service));
        let mut connection = std::pin::pin!(connection);
        let grace = tokio::select! {
            _ = connection.as_mut() => return,
            () = self.state.evicted() => return,
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
