//! The administration socket: HTTP over a Unix socket for root and the server's own user, who act as `LocalOperator`.
//!
//! The kernel reports the user of each connection. Must never be reachable over the network, nor without that check.

mod endpoints;

pub use endpoints::{AdminSocketServices, routes};

use super::unix_socket::{self, SocketError, UnixSocket};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::Addr;
use poem::Endpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Timeout for a head, and for an answer once the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// Creates the socket with mode 0600. Until the mode is set other users may connect; `serve` rejects them by their user id.
pub async fn bind(path: &Path) -> Result<UnixListener, SocketError> {
    let key = "server.admin_socket";
    let mode = 0o600;
    unix_socket::bind(UnixSocket { path, mode, key }).await
}

/// Serves until the token is cancelled, lets answers finish, then removes the socket.
pub async fn serve<E: Endpoint + 'static>(
    listener: UnixListener,
    path: PathBuf,
    endpoint: E,
    stop: CancellationToken,
) {
    let endpoint = Arc::new(endpoint);
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) if is_operator(&stream) => {
                tasks.spawn(connection(stream, Arc::clone(&endpoint), stop.clone()));
            }
            Ok((stream, _)) => {
                let uid = stream.peer_cred().map(|peer| peer.uid()).ok();
                tracing::warn!(
                    ?uid,
                    "the administration socket rejected a user that is neither root nor the server's own"
                );
            }
            Err(error) => {
                tracing::warn!(%error, "the administration socket could not accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    tasks.close();
    tasks.wait().await;
    // An error means that the path is already removed.
    let _ = fs::remove_file(path);
}

/// Converts the request; both ends of a Unix socket get the same placeholder address.
fn poem_request(request: hyper::Request<hyper::body::Incoming>) -> poem::Request {
    let address = || Addr::custom("unix", "administration socket");
    (
        request,
        LocalAddr(address()),
        RemoteAddr(address()),
        Scheme::HTTP,
    )
        .into()
}

/// Root, or the user that the server runs as.
fn is_operator(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == 0 || peer.uid() == own)
}

async fn connection<E: Endpoint + 'static>(
    stream: UnixStream,
    endpoint: Arc<E>,
    stop: CancellationToken,
) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            // In a task of its own: a client that disconnects must not leave a change on disk that is not in force.
            let work = async move { endpoint.get_response(poem_request(request)).await };
            let answer = tokio::spawn(work).await.unwrap_or_else(|error| {
                tracing::error!(%error, "an endpoint of the administration socket panicked");
                poem::http::StatusCode::INTERNAL_SERVER_ERROR.into()
            });
            Ok::<_, Infallible>(hyper::Response::from(answer))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    // After the timeout the connection is closed; the result does not matter.
    let _ = tokio::time::timeout(PATIENCE, connection).await;
}
