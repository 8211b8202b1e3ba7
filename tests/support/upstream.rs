//! An application that answers every request with what it was sent, as JSON. Behind the proxies of the tests; knows
//! nothing of them.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running echo; ends when dropped.
pub struct Upstream {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Upstream {
    /// On a free port of that loopback host.
    pub async fn start(host: [u8; 4]) -> Self {
        let listener = TcpListener::bind((std::net::IpAddr::from(host), 0)).await;
        let listener = listener.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let http = hyper::server::conn::http1::Builder::new();
                let connection = http.serve_connection(TokioIo::new(stream), service_fn(echo));
                // a client that goes away is no matter of the test
                tokio::spawn(async move { _ = connection.await });
            }
        });
        Self { address, accepting }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut headers = serde_json::Map::new();
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let seen = headers.entry(name.as_str()).or_insert_with(|| json!([]));
        seen.as_array_mut().unwrap().push(Value::from(value));
    }
    let body = json!({
        "method": request.method().as_str(),
        "target": request.uri().to_string(),
        "headers": headers,
    });
    let answer = Response::builder().header("content-type", "application/json");
    Ok(answer.body(Full::from(body.to_string())).unwrap())
}
