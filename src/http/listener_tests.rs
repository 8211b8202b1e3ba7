//! The limits of a connection, over real sockets.

use super::*;
use crate::http::framework::Framework;
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
async fn incomplete_head_times_out() {
    let limits = Settings {
        proxy_head_timeout: Duration::from_millis(50),
        ..Settings::default()
    };
    let server = listen(route(), Route::new(), limits).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: sam")
        .await
        .unwrap();
    let mut rest = Vec::new();
    // Returns only when the server closes the connection.
    let _ = stream.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn too_long_head_is_rejected() {
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
async fn full_listener_evicts_an_idle_connection() {
    let limits = Settings {
        connections: ConnectionLimits {
            proxies: 2,
            ..ConnectionLimits::default()
        },
        ..Settings::default()
    };
    let server = listen(route(), Route::new(), limits).await;
    let mut idle = Vec::new();
    for _ in 0..5 {
        let mut next = TcpStream::connect(server.address).await.unwrap();
        let answer = exchange(&mut next, get_hello().as_bytes()).await;
        assert!(answer.contains("hello"));
        idle.push(next);
    }
    for ended in &mut idle[..3] {
        assert_eq!(ended.read(&mut [0; 1]).await.unwrap(), 0);
    }
    let answer = exchange(&mut idle[3], get_hello().as_bytes()).await;
    assert!(answer.contains("hello"), "{answer}");
}

#[tokio::test]
async fn connection_past_its_age_ends_after_its_answer() {
    let limits = Settings {
        max_age: Duration::from_millis(100),
        ..Settings::default()
    };
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
    let server = listen(Route::new().at("/", slow), Route::new(), limits).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    let mut busy = TcpStream::connect(server.address).await.unwrap();
    busy.write_all(get_hello().as_bytes()).await.unwrap();
    reached.notified().await;
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0);
    go.notify_one();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("finished"), "{answer}");
}

#[tokio::test]
async fn missing_bodies_time_out_while_others_are_served() {
    let own = route().at("/post", poem::post(hello));
    let server = listen(own, Route::new(), Settings::default()).await;
    let promised = format!("POST /post HTTP/1.1\r\nHost: {OWN}\r\nContent-Length: 50\r\n\r\n");
    let mut silent = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(promised.as_bytes()).await.unwrap();
        silent.push(stream);
    }
    let good = ask(&server, get_hello().as_bytes()).await;
    assert!(good.ends_with("hello"), "{good}");
    for mut stream in silent {
        let mut answer = String::new();
        // Returns only when the server closes the connection.
        stream.read_to_string(&mut answer).await.unwrap();
        let code = answer.get(9..12).unwrap();
        assert!(["408", "429"].contains(&code), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn denial_arrives_while_the_client_sends_a_long_body() {
    let server = listen(route(), Route::new(), Settings::default()).await;
    let head = format!("POST / HTTP/1.1\r\nHost: {OWN}\r\nContent-Length: 900000\r\n\r\n");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; 900_000]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
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
        Framework(slow),
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
