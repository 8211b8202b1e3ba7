//! The limits of a connection, over real sockets.

use super::*;
use crate::http::raw::{OWN, ask, exchange, listen};
use poem::{Route, handler};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[handler]
fn hello() -> &'static str {
    "hello"
}

fn route() -> Route {
    Route::new().at("/", hello)
}

fn get_hello() -> String {
    format!("GET / HTTP/1.1\r\nHost: {OWN}\r\n\r\n")
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let limits = Settings {
        head_timeout: Duration::from_millis(50),
        ..Settings::default()
    };
    let server = listen(route(), Route::new(), limits).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: sam")
        .await
        .unwrap();
    let mut rest = Vec::new();
    // Ends only because the server ends the connection.
    let _ = stream.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = listen(route(), Route::new(), Settings::default()).await;
    let long = format!(
        "GET / HTTP/1.1\r\nHost: {OWN}\r\nX-Long: {}\r\n\r\n",
        "a".repeat(20_000)
    );
    assert!(
        ask(&server, long.as_bytes())
            .await
            .starts_with("HTTP/1.1 431")
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: {OWN}\r\n{}\r\n",
        "A: b\r\n".repeat(200)
    );
    assert!(
        ask(&server, many.as_bytes())
            .await
            .starts_with("HTTP/1.1 431")
    );
}

#[tokio::test]
async fn a_connection_past_the_cap_waits_until_another_ends() {
    let limits = Settings {
        connections: 1,
        ..Settings::default()
    };
    let server = listen(route(), Route::new(), limits).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    assert!(
        exchange(&mut first, get_hello().as_bytes())
            .await
            .contains("hello")
    );
    let request = get_hello();
    let second = ask(&server, request.as_bytes());
    let mut second = std::pin::pin!(second);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), second.as_mut())
            .await
            .is_err()
    );
    drop(first);
    assert!(second.await.contains("hello"));
}

#[tokio::test]
async fn stopping_lets_an_answer_finish_and_ends_idle_connections() {
    let (reached, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (seen, wait) = (Arc::clone(&reached), Arc::clone(&go));
    let slow = poem::endpoint::make(move |_| {
        let (seen, wait) = (Arc::clone(&seen), Arc::clone(&wait));
        async move {
            seen.notify_one();
            wait.notified().await;
            "finished"
        }
    });
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = serve(
        vec![Listener::Tcp(socket)],
        Arc::new(slow),
        Settings::default(),
        stop.clone(),
    );
    let serving = tokio::spawn(serving);
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut busy = TcpStream::connect(address).await.unwrap();
    let answer = tokio::spawn(async move { exchange(&mut busy, get_hello().as_bytes()).await });
    reached.notified().await;
    stop.cancel();
    assert_eq!(
        idle.read(&mut [0; 1]).await.unwrap(),
        0,
        "an idle connection is ended"
    );
    go.notify_one();
    assert!(answer.await.unwrap().ends_with("finished"));
    serving.await.unwrap();
}
