//! A relay between a terminal and Samovar: it forwards every request at once, and holds every response until the test
//! forwards or drops it. Knows HTTP alone.

use crate::support::browser::plain_client;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Stops when dropped.
pub struct Relay {
    url: String,
    responses: mpsc::UnboundedReceiver<HeldResponse>,
    accepting: JoinHandle<()>,
}

/// A response that has not been forwarded; when it is dropped, the connection ends without it.
pub struct HeldResponse {
    pub path: String,
    forward: oneshot::Sender<()>,
}

impl HeldResponse {
    pub fn forward(self) {
        // The terminal may have given up.
        let _ = self.forward.send(());
    }
}

impl Relay {
    /// In front of the server at this address.
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (held, responses) = mpsc::unbounded_channel();
        let server = server.to_owned();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, held) = (server.clone(), held.clone());
                let service =
                    service_fn(move |request| relay(server.clone(), held.clone(), request));
                let http = hyper::server::conn::http1::Builder::new();
                let connection = http.serve_connection(TokioIo::new(stream), service);
                // Some tests end a connection early.
                tokio::spawn(async move { _ = connection.await });
            }
        });
        Self {
            url,
            responses,
            accepting,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next response of the server.
    pub async fn response(&mut self) -> HeldResponse {
        self.responses.recv().await.unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn relay(
    server: String,
    held: mpsc::UnboundedSender<HeldResponse>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut headers = parts.headers;
    headers.remove("host");
    let request = plain_client().request(parts.method, format!("{server}{}", parts.uri));
    let response = request.headers(headers).body(body).send().await.unwrap();
    let (status, body) = (response.status(), response.bytes().await.unwrap());
    let (forward, forwarded) = oneshot::channel();
    let path = parts.uri.path().to_owned();
    held.send(HeldResponse { path, forward })
        .map_err(io::Error::other)?;
    forwarded.await.map_err(io::Error::other)?;
    let response = Response::builder().status(status);
    Ok(response.body(Full::from(body)).unwrap())
}
