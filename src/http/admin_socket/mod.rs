//! The administration socket: HTTP over a Unix socket for root and the server's own user, who act as `LocalOperator`.
//!
//! The kernel says who connects. Never reachable over the network, and never without that check.

mod doors;

pub use doors::{Services, routes};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::Addr;
use poem::Endpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use std::convert::Infallible;
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a head may take, and an answer once the server stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no administration socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another server answers there.
    #[error("administration socket `{}` belongs to a server that is running; stop it, or set server.admin_socket to another path", .0.display())]
    InUse(PathBuf),
    /// Something else has the path.
    #[error("`{}` exists and is no socket; move it away, or set server.admin_socket to another path", .0.display())]
    NoSocket(PathBuf),
    /// It cannot be made.
    #[error("administration socket `{}` cannot be made: {cause}; make its folder writable for this user, or set server.admin_socket to another path", path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

/// Makes the socket, mode 0600. What a dead server left there is replaced; a live one is an error.
pub async fn bind(path: &Path) -> Result<UnixListener, SocketError> {
    let unusable = |cause| unusable(path, cause);
    make_way(path).await?;
    let listener = UnixListener::bind(path).map_err(unusable)?;
    // Until this line others may connect, and are turned away by who they are.
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(unusable)?;
    Ok(listener)
}

/// Removes a socket at which nobody answers any more, and nothing else.
async fn make_way(path: &Path) -> Result<(), SocketError> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unusable(path, error)),
        Ok(found) => found,
    };
    if !found.file_type().is_socket() {
        return Err(SocketError::NoSocket(path.to_owned()));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|cause| unusable(path, cause))
        }
        // A full queue is a server as well.
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(unusable(path, error)),
        _ => Err(SocketError::InUse(path.to_owned())),
    }
}

fn unusable(path: &Path, cause: io::Error) -> SocketError {
    SocketError::Unusable {
        path: path.to_owned(),
        cause,
    }
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
