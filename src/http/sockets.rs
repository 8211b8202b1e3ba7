//! The listening sockets: from systemd, or from the configuration.
//!
//! Knows addresses and systemd's names for sockets. Must never read or write a connection.

use super::unix_socket::{self, SocketError, UnixSocket};
use crate::model::ListenAddress;
use listenfd::ListenFd;
use poem::Addr;
use poem::web::{LocalAddr, RemoteAddr};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

/// `FileDescriptorName=` of a socket unit for forward-auth; sockets with any other name serve everything else.
const FORWARD_AUTH: &str = "forward-auth";

/// Lets the group of the folder connect, if the folder has the setgid bit.
const FORWARD_AUTH_MODE: u32 = 0o660;

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenerError {
    /// The address is in use, not local, or needs a privilege.
    #[error(
        "cannot listen on `{address}`: {cause}; choose another address, or stop the process that listens there"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// systemd passed a socket of another kind.
    #[error(
        "systemd's socket number {0} is not a stream socket; use `ListenStream=` with an address or a path: {1}"
    )]
    Activation(usize, io::Error),
    /// A Unix socket cannot be made.
    #[error(transparent)]
    Unix(#[from] SocketError),
}

/// A socket that accepts connections.
#[derive(Debug)]
pub enum Listener {
    /// Over IP.
    Tcp(TcpListener),
    /// A Unix socket; the path is removed at the end if this server made it.
    Unix(UnixListener, Option<PathBuf>),
}

/// One accepted connection.
pub type Connection = Either<TcpStream, UnixStream>;

impl Listener {
    /// The next connection and the address of its peer.
    pub(super) async fn accept(&self) -> io::Result<(Connection, RemoteAddr)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers are small and complete: Nagle's algorithm only delays them.
                let _ = stream.set_nodelay(true);
                Ok((Either::Left(stream), RemoteAddr(peer.into())))
            }
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Either::Right(stream), RemoteAddr(unix())))
            }
        }
    }

    /// The listening address, for requests.
    pub(super) fn local(&self) -> LocalAddr {
        let address = match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Unix(..) => return LocalAddr(unix()),
        };
        address.map_or_else(LocalAddr::default, |address| LocalAddr(address.into()))
    }

    /// The listening address, for messages.
    pub fn address(&self) -> Option<ListenAddress> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok().map(ListenAddress::Tcp),
            Self::Unix(listener, _) => {
                let address = listener.local_addr().ok()?;
                address
                    .as_pathname()
                    .map(|path| ListenAddress::Unix(path.to_owned()))
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, Some(path)) = self {
            // An error means that the path is already removed.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The address of both ends of a Unix socket: the kernel has checked the permissions.
fn unix() -> Addr {
    Addr::custom("unix", "local")
}

/// Is this the address of a Unix socket?
pub(super) fn is_unix(address: &Addr) -> bool {
    matches!(address, Addr::Custom("unix", _))
}

/// The listening sockets of the server.
#[derive(Debug, Default)]
pub struct Sockets {
    /// For everything but forward-auth.
    pub public: Vec<Listener>,
    /// For forward-auth alone.
    pub forward_auth: Vec<Listener>,
}

/// Sockets that systemd passed and their names; both are read once, at the start.
pub struct Activated {
    sockets: ListenFd,
    names: Vec<String>,
}

impl Activated {
    /// The sockets from this process's environment.
    pub fn from_env() -> Self {
        // Without systemd there are no names; sockets without a name are for everything but forward-auth.
        let names = sd_notify::listen_fds_with_names();
        let names = names.map(|named| named.map(|(_, name)| name).collect());
        Self {
            sockets: ListenFd::from_env(),
            names: names.unwrap_or_default(),
        }
    }

    /// No sockets.
    pub fn none() -> Self {
        Self {
            sockets: ListenFd::empty(),
            names: Vec::new(),
        }
    }

    fn take(mut self) -> Result<Sockets, ListenerError> {
        let mut opened = Sockets::default();
        for index in 0..self.sockets.len() {
            let error = |cause| ListenerError::Activation(index, cause);
            let Some(listener) = take_listener(&mut self.sockets, index).map_err(error)? else {
                continue;
            };
            if self
                .names
                .get(index)
                .is_some_and(|name| name == FORWARD_AUTH)
            {
                opened.forward_auth.push(listener);
            } else {
                opened.public.push(listener);
            }
        }
        Ok(opened)
    }
}

fn take_listener(sockets: &mut ListenFd, index: usize) -> io::Result<Option<Listener>> {
    let error = match sockets.take_tcp_listener(index) {
        Ok(None) => return Ok(None),
        Ok(Some(socket)) => {
            socket.set_nonblocking(true)?;
            return TcpListener::from_std(socket).map(|tcp| Some(Listener::Tcp(tcp)));
        }
        Err(error) => error,
    };
    // If it is not a Unix socket either, the error about TCP names both kinds.
    let Some(socket) = sockets.take_unix_listener(index).map_err(|_| error)? else {
        return Ok(None);
    };
    socket.set_nonblocking(true)?;
    UnixListener::from_std(socket).map(|unix| Some(Listener::Unix(unix, None)))
}

/// The sockets that systemd passed, or, for a service without any, one for each configured address.
pub async fn open(
    public: &[SocketAddr],
    forward_auth: &[ListenAddress],
    activated: Activated,
) -> Result<Sockets, ListenerError> {
    let mut sockets = activated.take()?;
    if sockets.public.is_empty() {
        for address in public {
            sockets.public.push(bind(*address).await?);
        }
    }
    if sockets.forward_auth.is_empty() {
        for address in forward_auth {
            sockets.forward_auth.push(match address {
                ListenAddress::Tcp(address) => bind(*address).await?,
                ListenAddress::Unix(path) => bind_unix(path.clone()).await?,
            });
        }
    }
    Ok(sockets)
}

async fn bind(address: SocketAddr) -> Result<Listener, ListenerError> {
    let listener = TcpListener::bind(address).await;
    listener
        .map(Listener::Tcp)
        .map_err(|cause| ListenerError::Bind { address, cause })
}

async fn bind_unix(path: PathBuf) -> Result<Listener, ListenerError> {
    let listener = unix_socket::bind(UnixSocket {
        path: &path,
        mode: FORWARD_AUTH_MODE,
        key: "server.forward_auth_listen",
    });
    Ok(Listener::Unix(listener.await?, Some(path)))
}

#[cfg(test)]
#[path = "sockets_tests.rs"]
mod tests;
