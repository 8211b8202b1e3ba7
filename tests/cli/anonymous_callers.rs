//! Anonymous clients that hold connections and bodies at the real binary, while other clients are served.

use super::socket::Server;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// Most clients that fit, with everything else, into the usual limit of 1,024 open files.
const CLIENTS: usize = 700;

/// Longer than any timeout of the server.
const READ_TIMEOUT: Option<Duration> = Some(Duration::from_secs(60));

fn send(address: &str, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(READ_TIMEOUT).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// The status of the response, after the server has closed the connection.
fn status(mut stream: impl Read) -> String {
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    let response = String::from_utf8(response).unwrap();
    response.get(9..12).unwrap_or_default().to_owned()
}

/// The headers of a form with this `Content-Length`.
fn form(address: &str, bytes: usize) -> String {
    format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {bytes}\r\n\r\n"
    )
}

fn is_served(server: &Server) {
    let address = server.address("listen");
    let health = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert_eq!(status(send(&address, &health)), "200");
    let socket = server.address("forward_auth_listen");
    let mut checks = UnixStream::connect(socket.trim_start_matches("unix:")).unwrap();
    checks.set_read_timeout(READ_TIMEOUT).unwrap();
    let check = "GET /forward-auth/nginx HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    checks.write_all(check.as_bytes()).unwrap();
    let status = status(checks);
    assert!(["401", "403"].contains(&status.as_str()), "{status}");
}

#[test]
fn missing_bodies_time_out_while_others_are_served() {
    let server = Server::start();
    let address = server.address("listen");
    let head = form(&address, 10_000);
    let silent: Vec<_> = (0..CLIENTS).map(|_| send(&address, &head)).collect();
    is_served(&server);
    for stream in silent {
        let status = status(stream);
        assert!(["408", "429"].contains(&status.as_str()), "{status}");
    }
    is_served(&server);
}

#[test]
fn long_bodies_of_anonymous_clients_use_no_memory() {
    let server = Server::start();
    let address = server.address("listen");
    let before = server.memory();
    let head = form(&address, 1024 * 1024);
    let part = "x".repeat(256 * 1024);
    let streams: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let mut stream = send(&address, &head);
            // The server may have refused and closed by now.
            let _ = stream.write_all(part.as_bytes());
            stream
        })
        .collect();
    is_served(&server);
    let used = server.memory().saturating_sub(before);
    assert!(used < 100, "{used} MiB for {CLIENTS} clients");
    assert!(
        streams
            .into_iter()
            .map(status)
            .all(|status| status == "413")
    );
}
