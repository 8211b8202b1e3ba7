//! Clients that do not read, read slowly, or still send after the answer. Limits are short, so that the tests are fast.

use super::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

async fn pair(limits: WriteLimits) -> (ClientStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (client, accepted) = tokio::join!(client, listener.accept());
    let stream = ClientStream::new(Connection::Left(accepted.unwrap().0), limits);
    (stream, client.unwrap())
}

const SHORT: WriteLimits = WriteLimits {
    patience: Duration::from_millis(100),
    bytes_per_second: 1024,
    linger: Duration::from_millis(100),
};

/// More than the kernel buffers for a client that does not read.
const LARGE: usize = 16 * 1024 * 1024;

#[tokio::test]
async fn a_client_that_does_not_read_ends_its_connection() {
    let (mut stream, _client) = pair(SHORT).await;
    let error = stream.write_all(&vec![0; LARGE]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn client_that_reads_slowly_uses_up_its_patience() {
    // The expected rate is so high that the client's reads earn almost no patience.
    let limits = WriteLimits {
        bytes_per_second: u32::MAX,
        ..SHORT
    };
    let (mut stream, mut client) = pair(limits).await;
    tokio::spawn(async move {
        let mut some = vec![0; 256 * 1024];
        while client.read(&mut some).await.is_ok_and(|read| read > 0) {
            tokio::time::sleep(limits.patience / 3).await;
        }
    });
    let error = stream.write_all(&vec![0; LARGE]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn client_that_reads_at_the_expected_rate_gets_everything() {
    // Less than the sum of all pauses.
    let limits = WriteLimits {
        patience: Duration::from_secs(5),
        ..SHORT
    };
    let (mut stream, mut client) = pair(limits).await;
    let reading = tokio::spawn(async move {
        let (mut some, mut all) = (vec![0; 1024 * 1024], 0);
        loop {
            match client.read(&mut some).await.unwrap() {
                0 => return all,
                read => all += read,
            }
            tokio::time::sleep(limits.patience / 10).await;
        }
    });
    stream.write_all(&vec![0; LARGE]).await.unwrap();
    drop(stream);
    assert_eq!(reading.await.unwrap(), LARGE);
}

#[tokio::test]
async fn closing_lets_the_answer_arrive_while_the_client_sends() {
    let (mut stream, mut client) = pair(WriteLimits {
        linger: Duration::from_secs(60),
        ..SHORT
    })
    .await;
    client.write_all(&vec![1; 100_000]).await.unwrap();
    stream.write_all(b"answer").await.unwrap();
    let closing = tokio::spawn(async move { stream.shutdown().await });
    client.write_all(&vec![1; 100_000]).await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"answer");
    drop(client);
    closing.await.unwrap().unwrap();
}

#[tokio::test]
async fn closing_waits_for_a_silent_client_only_briefly() {
    let (mut stream, _client) = pair(SHORT).await;
    stream.shutdown().await.unwrap();
}
