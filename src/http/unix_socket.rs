//! Unix sockets in the file system: made with a mode, and only where no running server has one.
//!
//! Knows paths and modes. Must never remove anything but a socket at which no server answers.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// A socket to be made.
#[derive(Debug, Clone, Copy)]
pub struct UnixSocket<'a> {
    /// Where.
    pub path: &'a Path,
    /// Its permission bits.
    pub mode: u32,
    /// The configuration key that names the path, for messages.
    pub key: &'static str,
}

/// Why a Unix socket cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Another server answers there.
    #[error("Unix socket `{}` belongs to a server that is running; stop it, or set {key} to another path", path.display())]
    InUse {
        /// Where.
        path: PathBuf,
        /// The configuration key.
        key: &'static str,
    },
    /// The path belongs to a file of another kind.
    #[error("`{}` exists and is not a socket; move it away, or set {key} to another path", path.display())]
    NoSocket {
        /// Where.
        path: PathBuf,
        /// The configuration key.
        key: &'static str,
    },
    /// The system refuses.
    #[error("Unix socket `{}` cannot be made: {cause}; make its folder writable for this user, or set {key} to another path", path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// The configuration key.
        key: &'static str,
        /// What the system says.
        cause: io::Error,
    },
}

/// Makes the socket. A socket that a dead server left at the path is replaced; a live one is an error.
///
/// Between the two system calls the socket has the mode of the process's umask.
pub async fn bind(socket: UnixSocket<'_>) -> Result<UnixListener, SocketError> {
    make_way(socket).await?;
    let listener = UnixListener::bind(socket.path).map_err(|cause| unusable(socket, cause))?;
    fs::set_permissions(socket.path, fs::Permissions::from_mode(socket.mode))
        .map_err(|cause| unusable(socket, cause))?;
    Ok(listener)
}

/// Removes a socket at which no server answers any more, and nothing else.
async fn make_way(socket: UnixSocket<'_>) -> Result<(), SocketError> {
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
        // A full queue is a server as well.
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
