//! An address on which the server listens: an IP address with a port, or the path of a Unix socket.

use super::ParseError;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenAddress {
    /// An IP address and a port that is not 0.
    Tcp(SocketAddr),
    /// An absolute path of at most 107 bytes, written `unix:/path`.
    Unix(PathBuf),
}

impl ListenAddress {
    /// True if other machines can reach the address: any address that is neither loopback nor a Unix socket.
    pub fn is_remote(&self) -> bool {
        match self {
            Self::Tcp(address) => !address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => false,
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// True if the path has only characters without a meaning in a proxy's configuration.
fn is_plain(path: &str) -> bool {
    path.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_'))
}

impl FromStr for ListenAddress {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some(path) = text.strip_prefix("unix:") {
            // The kernel takes 108 bytes with the end of the text (unix(7)).
            let valid = path.starts_with('/') && path.len() < 108 && is_plain(path);
            return valid.then(|| Self::Unix(path.into())).ok_or_else(|| {
                ParseError::new(format!(
                    "invalid socket path in `{}`: use an absolute path of at most 107 of `A-Z a-z 0-9 . - _ /`",
                    text.escape_debug()
                ))
            });
        }
        let address = text.parse().ok();
        let address = address.filter(|address: &SocketAddr| address.port() != 0);
        address.map(Self::Tcp).ok_or_else(|| {
            ParseError::new(format!(
                "invalid address `{}`: use an IP address with a port such as `127.0.0.1:8701`, or `unix:/path`",
                text.escape_debug()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ListenAddress;

    #[test]
    fn addresses_and_socket_paths_are_read_back_as_written() {
        for text in [
            "127.0.0.1:8701",
            "[::1]:8701",
            "unix:/run/samovar/check.sock",
        ] {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
            assert!(!address.is_remote(), "{text}");
        }
        for text in [
            "0.0.0.0:8701",
            "10.0.0.1:8701",
            "[::]:8701",
            "[::ffff:10.0.0.1]:1",
        ] {
            assert!(text.parse::<ListenAddress>().unwrap().is_remote(), "{text}");
        }
        for text in [
            "127.0.0.1",
            "127.0.0.1:0",
            "localhost:1",
            "unix:",
            "unix:check.sock",
            "/run/check.sock",
            "unix:/run/a b",
            "unix:/run/a;",
            "unix:/run/a$b",
        ] {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
        let long = format!("unix:/{}", "a".repeat(107));
        assert!(long.parse::<ListenAddress>().is_err());
    }
}
