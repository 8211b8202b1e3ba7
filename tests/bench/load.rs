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
    Refusal,
    Unsafe,
}

impl Kind {
    pub fn named(name: &str) -> Self {
        let all = [Self::Bare, Self::Check, Self::Refusal, Self::Unsafe];
        all.into_iter().find(|kind| kind.name() == name).unwrap()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Check => "check",
            Self::Refusal => "refusal",
            Self::Unsafe => "unsafe",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare handler of the framework",
            Self::Check => "forward-auth check with a session",
            Self::Refusal => "forward-auth refusal of nobody",
            Self::Unsafe => "allowed POST, durable before the answer",
        }
    }

    const fn connections(self) -> usize {
        if matches!(self, Self::Unsafe) { 64 } else { 32 }
    }

    const fn status(self) -> &'static str {
        if matches!(self, Self::Refusal) {
            "HTTP/1.1 401"
        } else {
            "HTTP/1.1 200"
        }
    }

    fn request(self) -> String {
        let method = if self == Self::Unsafe { "POST" } else { "GET" };
        let cookie = match self {
            Self::Refusal => String::new(),
            _ => format!("Cookie: samovar-app={}\r\n", world::secret().reveal()),
        };
        format!(
            "GET /forward-auth/nginx HTTP/1.1\r\nHost: {}\r\nX-Original-Method: {method}\r\nX-Original-Host: {}\r\n\
             X-Original-URI: {}\r\nX-Forwarded-For: 192.0.2.7\r\nUser-Agent: bench\r\n{cookie}\r\n",
            world::OWN.trim_start_matches("http://"),
            world::HOST,
            world::TARGET,
        )
    }
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
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = kind.request();
    let (mut took, mut answer) = (Vec::new(), Vec::new());
    let start = Instant::now();
    while start.elapsed() < WARM_UP + MEASURED {
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        answer.clear();
        while !answer.ends_with(b"\r\n\r\n") {
            assert!(
                stream.read_buf(&mut answer).await.unwrap() > 0,
                "the connection ended"
            );
        }
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
