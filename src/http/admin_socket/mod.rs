//! The administration socket: HTTP over a Unix socket for root and the server's own user, who act as `LocalOperator`.
//!
//! The kernel says who connects. Never reachable over the network, and never without that check.

mod endpoints;

pub use endpoints::{Services, routes};

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

/// How long a head may take, and an answer once the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes the socket, mode 0600. Until it has that mode others may connect, and are turned away by who they are.
pub async fn bind(path: &Path) -> Result<UnixListener, SocketError> {
    let key = "server.admin_socket";
    let mode = 0o600;
    unix_socket::bind(UnixSocket { path, mode, key }).await
}

/// Serves until told to stop, lets answers finish, then removes the socket.
pub async fn serve<E: Endpoint + 'static>(
    (listener, path): (UnixListener, PathBuf),
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
                    "a user who is neither root nor the server's own was turned away from the administration socket"
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
    // A path that is gone is what was wanted.
    let _ = fs::remove_file(path);
}

/// A Unix socket has no addresses worth a name.
fn poem_request(request: hyper::Request<hyper::body::Incoming>) -> poem::Request {
    let nowhere = || Addr::custom("unix", "administration socket");
    (
        request,
        LocalAddr(nowhere()),
        RemoteAddr(nowhere()),
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
            // A client that hangs up must not leave a change on disk that is not in force.
            let work = async move { endpoint.get_response(poem_request(request)).await };
            let answer = tokio::spawn(work).await.unwrap_or_else(|error| {
                tracing::error!(%error, "the administration socket's door broke off");
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
    // Past the patience the connection is cut; either way there is nobody left to tell.
    let _ = tokio::time::timeout(PATIENCE, connection).await;
}
