//! The load: keep-alive connections, driven by one thread with two system calls for each answer, so that the server and
//! not the load is what bounds the rate. A second way sends at a fixed rate, to compare CPU and p99 where both are idle
//! most of the time.

use crate::request::Kind;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// What the load saw, in the order in which it is printed for the part that compares.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Answers in the measured time.
    pub answers: u32,
    /// Answers in all, those of the warm-up included.
    pub all: u32,
    /// Microseconds that 99 of 100 answers took at most.
    pub p99: u32,
}

impl Sent {
    /// Answers per second.
    pub fn rate(&self) -> f64 {
        f64::from(self.answers) / MEASURED.as_secs_f64()
    }
}

/// As fast as the server answers: every connection asks, then every answer is read, and again.
pub fn saturate(address: SocketAddr, kind: Kind) -> Sent {
    let mut load = Load::new(address, kind, kind.connections());
    load.run(|_| {})
}

/// So many requests a second, ten at a time: every answer is there long before the next ten are due.
pub fn paced(address: SocketAddr, kind: Kind, rate: u32) -> Sent {
    const AT_ONCE: u32 = 10;
    let mut load = Load::new(address, kind, AT_ONCE as usize);
    let pause = Duration::from_secs(1) * AT_ONCE / rate;
    let mut due = Instant::now();
    load.run(|now| {
        due += pause;
        std::thread::sleep(due.saturating_duration_since(now));
    })
}

/// So many requests on every connection; gives the number of answers.
pub fn turns(address: SocketAddr, kind: Kind, turns: u32) -> u32 {
    let mut load = Load::new(address, kind, kind.connections());
    let answers = (0..turns).map(|_| load.turn().len()).sum::<usize>();
    u32::try_from(answers).unwrap()
}

struct Load {
    request: Vec<u8>,
    status: &'static [u8],
    connections: Vec<TcpStream>,
    answer: Vec<u8>,
}

impl Load {
    fn new(address: SocketAddr, kind: Kind, connections: usize) -> Self {
        let connect = |_| {
            let stream = TcpStream::connect(kind.place(address)).unwrap();
            stream.set_nodelay(true).unwrap();
            stream
        };
        Self {
            request: kind.request(address).into_bytes(),
            status: kind.status().as_bytes(),
            connections: (0..connections).map(connect).collect(),
            answer: vec![0; 16 * 1024],
        }
    }

    fn run(&mut self, mut before_each_turn: impl FnMut(Instant)) -> Sent {
        let start = Instant::now();
        let (mut took, mut all) = (Vec::new(), 0);
        while start.elapsed() < WARM_UP + MEASURED {
            before_each_turn(Instant::now());
            let measured = start.elapsed() > WARM_UP;
            for answer in self.turn() {
                all += 1;
                if measured {
                    took.push(answer);
                }
            }
        }
        took.sort_unstable();
        Sent {
            answers: u32::try_from(took.len()).unwrap(),
            all,
            p99: took.get(took.len() * 99 / 100).copied().unwrap_or_default(),
        }
    }

    /// One request on every connection; microseconds until each was answered.
    fn turn(&mut self) -> Vec<u32> {
        let mut asked = Vec::with_capacity(self.connections.len());
        for connection in &mut self.connections {
            asked.push(Instant::now());
            connection.write_all(&self.request).unwrap();
        }
        let connections = self.connections.iter_mut().zip(asked);
        let answers = connections.map(|(connection, asked)| {
            read(connection, &mut self.answer, self.status);
            u32::try_from(asked.elapsed().as_micros()).unwrap()
        });
        answers.collect()
    }
}

/// Reads one answer whole and checks its status.
fn read(connection: &mut TcpStream, buffer: &mut [u8], status: &[u8]) {
    let mut filled = 0;
    loop {
        let more = connection.read(buffer.get_mut(filled..).unwrap()).unwrap();
        assert!(more > 0, "the connection ended");
        filled += more;
        let answer = buffer.get(..filled).unwrap();
        if whole(answer) {
            let text = || String::from_utf8_lossy(answer);
            assert!(answer.starts_with(status), "{}", text());
            return;
        }
    }
}

/// Is this a head with all of the body that it announces?
pub fn whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let mut lines = answer.get(..head).unwrap().split(|byte| *byte == b'\n');
    let length = lines.find_map(length);
    answer.len() >= head + 4 + length.unwrap_or(0)
}

fn length(line: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let (name, value) = line.split_at_checked(NAME.len())?;
    let is = name.eq_ignore_ascii_case(NAME);
    let value = std::str::from_utf8(value).ok()?;
    is.then(|| value.trim().parse().ok()).flatten()
}
