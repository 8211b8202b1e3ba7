//! The application: answers every request with the head and body that reached it, and upgrades who asks for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A running application; knows every request line that reached it.
pub struct Echo {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&lines)));
            }
        });
        Self { address, seen }
    }

    /// The request lines since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (head, mut body) = read_head(&mut stream).await?;
    let lower = head.to_lowercase();
    seen.lock()
        .unwrap()
        .push(head.lines().next().unwrap_or_default().to_owned());
    if lower.contains("\r\nupgrade:") {
        let switching =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        stream.write_all(switching.as_bytes()).await?;
        stream.write_all(&body).await?;
        let (mut from, mut to) = stream.split();
        tokio::io::copy(&mut from, &mut to).await?;
        return Ok(());
    }
    let length = lower
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    let chunked = lower.contains("\r\ntransfer-encoding: chunked");
    let more = |body: &[u8]| body.len() < length || chunked && !body.ends_with(b"0\r\n\r\n");
    while more(&body) && stream.read_buf(&mut body).await? > 0 {}
    let text = format!("{head}\r\n\r\n{}", String::from_utf8_lossy(&body));
    let answer = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    let hide = lower.starts_with("head ");
    stream.write_all(answer.as_bytes()).await?;
    stream
        .write_all(if hide { b"" } else { text.as_bytes() })
        .await
}

/// Head without its empty line, and what came of the body.
async fn read_head(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            bytes.truncate(end);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), body));
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
