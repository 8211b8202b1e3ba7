//! The load: keep-alive connections that each ask again as soon as they are answered.

use crate::world;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bare,
    Check,
    /// A check with a token.
    Token,
    Refusal,
    Unsafe,
    /// A token for a machine, its secret checked.
    Issue,
}

impl Kind {
    pub fn named(name: &str) -> Self {
        let all = [
            Self::Bare,
            Self::Check,
            Self::Token,
            Self::Refusal,
            Self::Unsafe,
            Self::Issue,
        ];
        all.into_iter().find(|kind| kind.name() == name).unwrap()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Check => "check",
            Self::Token => "token",
            Self::Issue => "issue",
            Self::Refusal => "refusal",
            Self::Unsafe => "unsafe",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare handler of the framework",
            Self::Check => "forward-auth check with a session",
            Self::Token => "forward-auth check with a token",
            Self::Issue => "client_credentials token, EdDSA, recorded",
            Self::Refusal => "forward-auth refusal of nobody",
            Self::Unsafe => "allowed POST, durable before the answer",
        }
    }

    const fn connections(self) -> usize {
        if matches!(self, Self::Unsafe | Self::Issue) {
            64
        } else {
            32
        }
    }

    const fn status(self) -> &'static str {
        if matches!(self, Self::Refusal) {
            "HTTP/1.1 401"
        } else {
            "HTTP/1.1 200"
        }
    }

    /// The same request again and again; a token is asked for once, before.
    async fn request(self, address: SocketAddr) -> String {
        match self {
            Self::Issue => issue(),
            Self::Token => {
                let answer = once(address, &issue()).await;
                let (_, rest) = answer.split_once("\"access_token\":\"").unwrap();
                let (token, _) = rest.split_once('"').unwrap();
                self.check(&format!("Authorization: Bearer {token}\r\n"))
            }
            Self::Refusal => self.check(""),
            _ => {
                let secret = world::secret().reveal();
                self.check(&format!("Cookie: samovar-app={secret}\r\n"))
            }
        }
    }

    /// Where it is sent, for a server at this address.
    fn place(self, address: SocketAddr) -> SocketAddr {
        match self {
            Self::Bare | Self::Issue => address,
            _ => crate::serving::checks(address),
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
async fn once(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    read(&mut stream, &mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// Reads one answer, head and body.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    answer.clear();
    while !whole(answer) {
        let more = stream.read_buf(answer).await.unwrap();
        assert!(more > 0, "the connection ended");
    }
}

fn whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let text = String::from_utf8_lossy(answer.get(..head).unwrap());
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is = name.eq_ignore_ascii_case("content-length");
        is.then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    answer.len() >= head + 4 + length.unwrap_or(0)
}

/// How fast.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Answers per second.
    pub rate: f64,
    /// Microseconds that 99 of 100 answers took at most.
    p99: u32,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8.0} per s, p99 {:>6} µs", self.rate, self.p99)
    }
}

impl FromStr for Rate {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split_whitespace();
        let rate = words.next().and_then(|word| word.parse().ok()).ok_or(())?;
        let p99 = words.nth(3).and_then(|word| word.parse().ok()).ok_or(())?;
        Ok(Self { rate, p99 })
    }
}

/// Loads this address and measures.
pub fn run(address: SocketAddr, kind: Kind) -> Rate {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let mut took = runtime.unwrap().block_on(async {
        let tasks: Vec<_> = (0..kind.connections())
            .map(|_| tokio::spawn(connection(address, kind)))
            .collect();
        let mut took = Vec::new();
        for task in tasks {
            took.extend(task.await.unwrap());
        }
        took
    });
    took.sort_unstable();
    let answers = u32::try_from(took.len()).unwrap();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    Rate {
        rate: f64::from(answers) / MEASURED.as_secs_f64(),
        p99,
    }
}

/// Microseconds of each answer after the warm-up.
async fn connection(address: SocketAddr, kind: Kind) -> Vec<u32> {
    let place = kind.place(address);
    let mut stream = TcpStream::connect(place).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = kind.request(address).await;
    let (mut took, mut answer) = (Vec::new(), Vec::new());
    let start = Instant::now();
    while start.elapsed() < WARM_UP + MEASURED {
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        read(&mut stream, &mut answer).await;
        assert!(
            answer.starts_with(kind.status().as_bytes()),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        if start.elapsed() > WARM_UP {
            took.push(u32::try_from(sent.elapsed().as_micros()).unwrap());
        }
    }
    took
}
