//! The accept loop: connections with limits, handed to one endpoint, and a stop that lets answers finish.
//!
//! Knows hyper and sockets. The framework's own server has no header timeout and no caps, hence this one.
//! Never upgrades a connection, and never waits for a body that nobody reads.

use super::sockets::{Connection, Listener};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::Endpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Limits of every connection.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A head must be whole this long after the connection or the answer before it; also how long it may idle.
    pub head_timeout: Duration,
    /// Longest head, in bytes.
    pub head_bytes: usize,
    /// Open connections; the next one waits in the kernel's queue.
    pub connections: usize,
    /// How long answers may take to finish once the server stops.
    pub stop_grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            head_timeout: Duration::from_secs(10),
            head_bytes: 16 * 1024,
            connections: 4096,
            stop_grace: Duration::from_secs(10),
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
        slots: Arc::new(Semaphore::new(settings.connections)),
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

struct Server<E> {
    endpoint: Arc<E>,
    slots: Arc<Semaphore>,
    settings: Settings,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl<E: Endpoint + 'static> Server<E> {
    async fn accept(self: Arc<Self>, listener: Listener) {
        let local = listener.local();
        loop {
            let next = async {
                let slot = Arc::clone(&self.slots).acquire_owned().await;
                (slot, listener.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                () = self.stop.cancelled() => return,
                next = next => next,
            };
            match accepted {
                Ok((stream, remote)) => {
                    let (server, local) = (Arc::clone(&self), local.clone());
                    self.tasks.spawn(async move {
                        server.connection(stream, local, remote).await;
                        drop(slot);
                    });
                }
                Err(error) => self.after_failed_accept(&error).await,
            }
        }
    }

    /// Out of file descriptors, most likely: a moment later there may be one.
    async fn after_failed_accept(&self, error: &io::Error) {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }

    async fn connection(&self, stream: Connection, local: LocalAddr, remote: RemoteAddr) {
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let endpoint = Arc::clone(&self.endpoint);
            let request = (request, local.clone(), remote.clone(), Scheme::HTTP).into();
            async move {
                let response = endpoint.get_response(request).await;
                Ok::<_, Infallible>(hyper::Response::from(response))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.settings.head_timeout)
            .max_header_size(self.settings.head_bytes)
            .max_buf_size(self.settings.head_bytes.max(8 * 1024) * 4)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        // Past the grace the connection is cut; either way there is nobody left to tell.
        let _ = tokio::time::timeout(self.settings.stop_grace, connection).await;
    }
}

#[cfg(test)]
#[path = "listener_tests.rs"]
mod tests;
