//! Strangers who hold connections and bodies at the real binary, while others are served.

use super::socket::Server;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// As many as fit beside everything else into the usual limit of 1,024 open files.
const STRANGERS: usize = 700;

/// Longer than the server waits for anything.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(60));

fn send(address: &str, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(PATIENCE).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// The status of the answer, once the server has ended the connection.
fn status(mut stream: impl Read) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    answer.get(9..12).unwrap_or_default().to_owned()
}

/// A form that announces so many bytes.
fn form(address: &str, bytes: usize) -> String {
    format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {bytes}\r\n\r\n"
    )
}

fn is_served(server: &Server) {
    let address = server.address("listen");
    let alive = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert_eq!(status(send(&address, &alive)), "200");
    let socket = server.address("forward_auth_listen");
    let mut checks = UnixStream::connect(socket.trim_start_matches("unix:")).unwrap();
    checks.set_read_timeout(PATIENCE).unwrap();
    let check = "GET /forward-auth/nginx HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    checks.write_all(check.as_bytes()).unwrap();
    let answer = status(checks);
    assert!(["401", "403"].contains(&answer.as_str()), "{answer}");
}

#[test]
fn bodies_that_never_come_end_while_others_are_served() {
    let server = Server::start();
    let address = server.address("listen");
    let head = form(&address, 10_000);
    let silent: Vec<_> = (0..STRANGERS).map(|_| send(&address, &head)).collect();
    is_served(&server);
    for stream in silent {
        let status = status(stream);
        assert!(["408", "429"].contains(&status.as_str()), "{status}");
    }
    is_served(&server);
}

#[test]
fn long_bodies_of_strangers_take_no_memory() {
    let server = Server::start();
    let address = server.address("listen");
    let before = server.memory();
    let head = form(&address, 1024 * 1024);
    let part = "x".repeat(256 * 1024);
    let streams: Vec<_> = (0..STRANGERS)
        .map(|_| {
            let mut stream = send(&address, &head);
            // The server may have refused and closed by now.
            let _ = stream.write_all(part.as_bytes());
            stream
        })
        .collect();
    is_served(&server);
    let taken = server.memory().saturating_sub(before);
    assert!(taken < 100, "{taken} MiB for {STRANGERS} strangers");
    assert!(
        streams
            .into_iter()
            .map(status)
            .all(|status| status == "413")
    );
}
