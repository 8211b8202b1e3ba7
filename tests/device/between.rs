//! Stands between a terminal and Samovar: every question goes through at once, every answer waits until the test lets it
//! go on or loses it. Knows HTTP alone.

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

/// Ends when dropped.
pub struct Between {
    url: String,
    answers: mpsc::UnboundedReceiver<Held>,
    accepting: JoinHandle<()>,
}

/// An answer of the server's that has not gone on; the connection ends without it when this is dropped.
pub struct Held {
    pub path: String,
    go: oneshot::Sender<()>,
}

impl Held {
    pub fn goes_on(self) {
        // the terminal may have given up
        let _ = self.go.send(());
    }
}

impl Between {
    /// In front of the server at that address.
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (held, answers) = mpsc::unbounded_channel();
        let server = server.to_owned();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, held) = (server.clone(), held.clone());
                let pass = service_fn(move |request| pass(server.clone(), held.clone(), request));
                let http = hyper::server::conn::http1::Builder::new();
                let connection = http.serve_connection(TokioIo::new(stream), pass);
                // a connection that ends early is what some tests ask for
                tokio::spawn(async move { _ = connection.await });
            }
        });
        Self {
            url,
            answers,
            accepting,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The next answer of the server's.
    pub async fn answer(&mut self) -> Held {
        self.answers.recv().await.unwrap()
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(
    server: String,
    answers: mpsc::UnboundedSender<Held>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut headers = head.headers;
    headers.remove("host");
    let question = plain_client().request(head.method, format!("{server}{}", head.uri));
    let answer = question.headers(headers).body(body).send().await.unwrap();
    let (status, body) = (answer.status(), answer.bytes().await.unwrap());
    let (go, told) = oneshot::channel();
    let path = head.uri.path().to_owned();
    answers.send(Held { path, go }).map_err(io::Error::other)?;
    told.await.map_err(io::Error::other)?;
    let answer = Response::builder().status(status);
    Ok(answer.body(Full::from(body)).unwrap())
}
