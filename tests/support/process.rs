//! Programs that tests and the demo start: output into a file, ready when an address answers, ended with the guard.
//! Knows nothing of what it starts.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The ports that [`free_address`] hands out: `SPAN` of them from `FIRST` on.
const FIRST: u16 = 12_000;
const SPAN: u32 = 20_000;

/// A running program; killed when dropped.
pub struct Program {
    name: &'static str,
    log: PathBuf,
    child: Child,
}

impl Program {
    /// Starts a program whose output goes to `<folder>/<name>.log`.
    pub fn start(name: &'static str, folder: &Path, mut command: Command) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&log);
        let file = file.unwrap();
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            // whatever it starts itself ends with it
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        Self { name, log, child }
    }

    /// Waits until it answers at its address.
    pub async fn ready(&mut self, address: SocketAddr) {
        self.ready_within(address, 30).await;
    }

    /// The same for a program that takes its time: at most so many seconds.
    pub async fn ready_within(&mut self, address: SocketAddr, seconds: u32) {
        for _ in 0..seconds * 20 {
            if TcpStream::connect(address).await.is_ok() {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("{} ended with {status}:\n{}", self.name, self.output());
            }
            // another program's start has no event to wait for
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "{} does not answer at {address}:\n{}",
            self.name,
            self.output()
        );
    }

    /// What it wrote so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Asks it to end and waits until it has; gives its exit code.
    pub async fn end(mut self) -> Option<i32> {
        self.stop().await
    }

    /// The same for one that is started again later.
    pub async fn stop(&mut self) -> Option<i32> {
        self.signal_group(rustix::process::Signal::TERM);
        self.child.wait().await.unwrap().code()
    }

    /// Ends it as a power cut does.
    pub async fn kill(mut self) {
        self.signal_group(rustix::process::Signal::KILL);
        self.child.wait().await.unwrap();
    }

    fn signal_group(&self, signal: rustix::process::Signal) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(rustix::process::Pid::from_raw) {
            // it may have ended by itself in this very moment
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// Resolves when it ends by itself.
    pub async fn ended(&mut self) -> String {
        let status = self.child.wait().await.unwrap();
        format!("{} ended with {status}:\n{}", self.name, self.output())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal_group(rustix::process::Signal::KILL);
    }
}

/// An address of that loopback host where no process listens now, and which is given to no other caller: its port lies below those
/// that Linux gives to a process that asks for any (32,768 and up), and no port is handed out twice by one process.
pub fn free_address(host: [u8; 4]) -> SocketAddr {
    static HANDED_OUT: AtomicU32 = AtomicU32::new(0);
    let own = std::process::id().wrapping_mul(97);
    for _ in 0..SPAN {
        let next = own.wrapping_add(HANDED_OUT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + u16::try_from(next % SPAN).unwrap();
        let address = SocketAddr::from((IpAddr::from(host), port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port of {host:?} is free");
}

/// A program that cargo built beside the one that runs now.
pub fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap();
    let program = folder.join(name);
    assert!(program.exists(), "build {} first", program.display());
    program
}
