//! `make bench`: forward-auth checks per second beside a bare handler of the same framework, in one run on one pinned
//! core, over 5,000 users, 1,000 teams, 2,000 bindings and 300 routes with the audit log on.
//!
//! One program in four parts, because each part has a core of its own: it starts itself as the bare handler, as the server
//! and as the load. An example, so that the product's binary carries none of it. Timings are printed, never asserted.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark speaks to a terminal and ends when it meets what it does not expect"
)]

mod load;
mod serving;
mod world;

use load::Kind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare", address] => serving::bare(address.parse().unwrap()),
        ["serve", address, folder] => serving::samovar(address.parse().unwrap(), folder),
        ["load", address, kind] => {
            println!("{}", load::run(address.parse().unwrap(), Kind::named(kind)));
        }
        _ => compare(),
    }
}

fn compare() {
    let folder = tempfile::tempdir().unwrap();
    world::fill(&folder.path().join("state"));
    let folder = folder.path().to_str().unwrap();
    let (bare, samovar) = (free_address(), free_address());
    let _bare = Started::new("0", &["bare", &bare.to_string()], bare);
    let _samovar = Started::new("0", &["serve", &samovar.to_string(), folder], samovar);
    let reference = measured(bare, Kind::Bare);
    println!("{:<44}{reference}", Kind::Bare.title());
    for kind in [
        Kind::Check,
        Kind::Token,
        Kind::Refusal,
        Kind::Unsafe,
        Kind::Issue,
    ] {
        let result = measured(samovar, kind);
        println!(
            "{:<44}{result}  {:.2} of the bare handler",
            kind.title(),
            result.rate / reference.rate
        );
    }
}

fn measured(address: SocketAddr, kind: Kind) -> load::Rate {
    let mut load = pinned("1", &["load", &address.to_string(), kind.name()]);
    let output = load.stdout(Stdio::piped()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim()
        .parse()
        .unwrap_or_else(|()| panic!("the load ended with: {text}"))
}

/// A part of this program on one core, where the machine has two.
fn pinned(core: &str, arguments: &[&str]) -> Command {
    let own = std::env::current_exe().unwrap();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut command = if cores > 1 {
        let mut command = Command::new("taskset");
        command.args(["-c", core]).arg(own);
        command
    } else {
        Command::new(own)
    };
    command.args(arguments);
    command
}

/// A part that listens; ended when dropped.
struct Started(Child);

impl Started {
    fn new(core: &str, arguments: &[&str], address: SocketAddr) -> Self {
        let started = Self(pinned(core, arguments).spawn().unwrap());
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return started;
            }
            // another program's start has no event to wait for
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nothing answers at {address}");
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Nothing is lost: the folder goes as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}
