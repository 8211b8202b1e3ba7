//! This program started again as one of its parts, on a core of its own where the machine has two.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::Duration;

/// A part of this program on one core.
pub fn pinned(core: &str, arguments: &[&str]) -> Command {
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

/// A server on the first core; ended when dropped.
pub struct Started(Child);

impl Started {
    /// Starts it and waits until something answers at its address.
    pub fn new(arguments: &[&str], address: SocketAddr) -> Self {
        let started = Self(pinned("0", arguments).spawn().unwrap());
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return started;
            }
            // another program's start has no event to wait for
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nothing answers at {address}");
    }

    /// The process; `taskset` replaces itself with it.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Nothing is lost: the folder goes as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address of this machine at which nothing listens.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}
