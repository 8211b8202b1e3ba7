//! The accept loop: connections with limits, each passed to a handler, and a shutdown that lets answers finish.
//!
//! Knows hyper and sockets. poem's own server has no header timeout and no connection limits. Every wait for a client has a
//! limit: for a head here, for a body in `request_body`, for writes in `client_stream`.
//! Must never upgrade a connection, nor wait for a body that no handler reads.

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
    /// Longest time from the connection or the previous answer to a complete head; also the idle timeout.
    pub head_timeout: Duration,
    /// The head timeout for trusted proxies and this machine: longer than the 60 s after which proxies close idle
    /// connections, so that none sends a request into a connection that is being closed.
    pub proxy_head_timeout: Duration,
    /// Longest head, in bytes.
    pub head_bytes: usize,
    /// Limits of open connections.
    pub connections: ConnectionLimits,
    /// Peers with a connection limit of their own.
    pub trusted: TrustedProxies,
    /// Limits of waiting for clients that do not read.
    pub write: WriteLimits,
    /// An older connection ends after its current answer.
    pub max_age: Duration,
    /// How long the current answer may take once its connection is too old: longer than any answer takes.
    pub age_grace: Duration,
    /// How long answers may take once the server stops.
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

/// Answers the requests on the connections of a listener.
pub trait ConnectionHandler: Send + Sync + 'static {
    /// Answers requests until the connection ends.
    fn handle(
        &self,
        stream: TokioIo<ClientStream>,
        connection: AcceptedConnection<'_>,
    ) -> impl Future<Output = ()> + Send;
}

/// Serves until the token is cancelled; returns when the last answer is written or the grace period is over.
pub async fn serve<H: ConnectionHandler>(
    listeners: Vec<Listener>,
    handler: H,
    settings: Settings,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    let server = Arc::new(HttpServer {
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

struct HttpServer<H> {
    handler: H,
    slots: Arc<ConnectionSlots>,
    settings: Settings,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl<H: ConnectionHandler> HttpServer<H> {
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

    /// Serves the connection, or closes it when there is no slot for its peer.
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

    /// Waits, because the usual cause is a lack of file descriptors.
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

/// The result type of a hyper service.
pub(super) type Answer = Result<hyper::Response<BoxBody<Bytes, io::Error>>, Infallible>;

/// Both ends of a connection.
#[derive(Debug, Clone)]
pub struct Ends {
    /// The server's.
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
    /// Awaits an answer; meanwhile the connection does not count as idle.
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
        // After the grace period the connection is closed.
        tokio::select! {
            _ = connection => {}
            () = tokio::time::sleep(grace) => {}
            () = self.stopped() => {}
        }
    }

    /// Waits until the server stops and the grace period is over.
    async fn stopped(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(self.settings.stop_grace).await;
    }
}

#[cfg(test)]
#[path = "listener_tests.rs"]
mod tests;
