//! Unix sockets in the file system: created with a mode, and only where no running server has one.
//!
//! Knows paths and modes. Must never remove anything but a socket without a running server.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// A socket to create.
#[derive(Debug, Clone, Copy)]
pub struct UnixSocket<'a> {
    /// Its path.
    pub path: &'a Path,
    /// Its permission bits.
    pub mode: u32,
    /// The configuration key that names the path, for messages.
    pub key: &'static str,
}

/// Why a Unix socket cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// A running server uses the path.
    #[error("Unix socket `{}` belongs to a server that is running; stop it, or set {key} to another path", path.display())]
    InUse {
        /// Its path.
        path: PathBuf,
        /// The configuration key.
        key: &'static str,
    },
    /// The path belongs to a file of another kind.
    #[error("`{}` exists and is not a socket; move it away, or set {key} to another path", path.display())]
    NoSocket {
        /// Its path.
        path: PathBuf,
        /// The configuration key.
        key: &'static str,
    },
    /// The system refuses.
    #[error("Unix socket `{}` cannot be made: {cause}; make its folder writable for this user, or set {key} to another path", path.display())]
    Unusable {
        /// Its path.
        path: PathBuf,
        /// The configuration key.
        key: &'static str,
        /// The error of the operating system.
        cause: io::Error,
    },
}

/// Creates the socket. Replaces a socket that a stopped server left at the path; a socket in use is an error.
///
/// Until its mode is set, the socket has the mode of the process's umask.
pub async fn bind(socket: UnixSocket<'_>) -> Result<UnixListener, SocketError> {
    remove_unused(socket).await?;
    let listener = UnixListener::bind(socket.path).map_err(|cause| unusable(socket, cause))?;
    fs::set_permissions(socket.path, fs::Permissions::from_mode(socket.mode))
        .map_err(|cause| unusable(socket, cause))?;
    Ok(listener)
}

/// Removes a socket without a running server, and nothing else.
async fn remove_unused(socket: UnixSocket<'_>) -> Result<(), SocketError> {
    let UnixSocket { path, key, .. } = socket;
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unusable(socket, error)),
        Ok(found) => found,
    };
    let path = path.to_owned();
    if !found.file_type().is_socket() {
        return Err(SocketError::NoSocket { path, key });
    }
    match UnixStream::connect(&path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(&path).map_err(|cause| unusable(socket, cause))
        }
        // `WouldBlock`: a running server with a full queue.
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(unusable(socket, error)),
        _ => Err(SocketError::InUse { path, key }),
    }
}

fn unusable(socket: UnixSocket<'_>, cause: io::Error) -> SocketError {
    SocketError::Unusable {
        path: socket.path.to_owned(),
        key: socket.key,
        cause,
    }
}
