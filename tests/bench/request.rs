//! What is asked, byte for byte.

use crate::load::whole;
use crate::serving::checks;
use crate::world;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The bare handler, sent the same as a check.
    Bare,
    /// A check with a session.
    Check,
    /// A check with a token.
    Token,
    /// A check of an anonymous caller.
    Denial,
    /// A check of a POST.
    Unsafe,
    /// A token for a machine, its secret checked.
    Issue,
}

impl Kind {
    /// In the order in which they are measured; the reference is first.
    pub const ALL: [Self; 6] = [
        Self::Bare,
        Self::Check,
        Self::Token,
        Self::Denial,
        Self::Unsafe,
        Self::Issue,
    ];

    pub fn named(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == name).unwrap()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Check => "check",
            Self::Token => "token",
            Self::Issue => "issue",
            Self::Denial => "denial",
            Self::Unsafe => "unsafe",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare handler, same request, same headers",
            Self::Check => "check with a session",
            Self::Token => "check with a token",
            Self::Issue => "client_credentials token, EdDSA, recorded",
            Self::Denial => "denial of an anonymous caller",
            Self::Unsafe => "allowed POST, durable before the answer",
        }
    }

    pub const fn connections(self) -> usize {
        if matches!(self, Self::Unsafe | Self::Issue) {
            64
        } else {
            32
        }
    }

    pub const fn status(self) -> &'static str {
        if matches!(self, Self::Denial) {
            "HTTP/1.1 401"
        } else {
            "HTTP/1.1 200"
        }
    }

    /// The same request again and again; a token is asked for once, before.
    pub fn request(self, address: SocketAddr) -> String {
        match self {
            Self::Issue => issue(),
            Self::Token => {
                let answer = once(address, &issue());
                let (_, rest) = answer.split_once("\"access_token\":\"").unwrap();
                let (token, _) = rest.split_once('"').unwrap();
                self.check(&format!("Authorization: Bearer {token}\r\n"))
            }
            Self::Denial => self.check(""),
            Self::Bare | Self::Check | Self::Unsafe => {
                let secret = world::secret().reveal();
                self.check(&format!("Cookie: samovar-app={secret}\r\n"))
            }
        }
    }

    /// Where it is sent, for a server at this address.
    pub fn place(self, address: SocketAddr) -> SocketAddr {
        match self {
            Self::Bare | Self::Issue => address,
            Self::Check | Self::Token | Self::Denial | Self::Unsafe => checks(address),
        }
    }

    fn check(self, credential: &str) -> String {
        let method = if self == Self::Unsafe { "POST" } else { "GET" };
        format!(
            "GET /forward-auth/nginx HTTP/1.1\r\nHost: {}\r\nX-Original-Method: {method}\r\nX-Original-Host: {}\r\n\
             X-Original-URI: {}\r\nX-Forwarded-For: 192.0.2.7\r\nUser-Agent: bench\r\n{credential}\r\n",
            world::OWN.trim_start_matches("http://"),
            world::HOST,
            world::TARGET,
        )
    }
}

/// The request for a machine's token.
fn issue() -> String {
    let (id, secret) = world::machine();
    let pair = format!("{id}:{}", secret.reveal());
    let basic = data_encoding::BASE64.encode(pair.as_bytes());
    let body = format!("grant_type=client_credentials&audience={}", world::AUDIENCE);
    format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {basic}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        world::OWN.trim_start_matches("http://"),
        body.len(),
    )
}

/// One answer.
pub fn once(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    while !whole(&answer) {
        let more = stream.read(&mut buffer).unwrap();
        assert!(more > 0, "the connection ended");
        answer.extend_from_slice(buffer.get(..more).unwrap());
    }
    String::from_utf8(answer).unwrap()
}
