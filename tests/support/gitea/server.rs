//! The stand-in on the network: accepts, reads a request whole, passes faults and holds, answers with the stand-in's
//! own time in `Date`. Decides nothing about Gitea.

use super::clock::{GiteaClock, http_date, rfc3339};
use super::errors::Errors;
use super::log::Log;
use super::state::State;
use super::wire::{Answer, Ask};
use super::{api, web};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// What connections share.
pub struct Shared {
    pub state: Mutex<State>,
    pub errors: Errors,
    pub log: Log,
    pub clock: GiteaClock,
    /// Address of the server without a last slash.
    pub base: String,
}

/// Opens the address.
pub async fn bind(address: SocketAddr) -> TcpListener {
    let bound = TcpListener::bind(address).await;
    bound.unwrap_or_else(|error| panic!("cannot listen on {address}: {error}"))
}

/// Accepts until the task is aborted, which ends every connection with it.
pub fn listen(shared: Arc<Shared>, listener: TcpListener) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            connections.spawn(async move {
                let service = service_fn(|request| serve(Arc::clone(&shared), request));
                let http = hyper::server::conn::http1::Builder::new();
                // a client that goes away is no fault of the stand-in
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
            while connections.try_join_next().is_some() {}
        }
    })
}

async fn serve(
    shared: Arc<Shared>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec());
    let target = head.uri.path_and_query().map_or("/", |both| both.as_str());
    let ask = Ask::new(head.method, target, head.headers, body.unwrap_or_default());
    shared.log.add(&ask);
    shared.errors.before(&ask).await;
    let answer = answer(&shared, &ask);
    shared.errors.after(&ask).await;
    let date = http_date(shared.clock.now());
    Ok(answer.with("date", date).into_http())
}

fn answer(shared: &Shared, ask: &Ask) -> Answer {
    let error = shared.errors.take(ask);
    if let Some(answer) = error.as_ref().and_then(|error| error.instead(&shared.base)) {
        return answer;
    }
    let now = shared.clock.now();
    let mut state = shared.state.lock().unwrap();
    let path = ask.path_text();
    let answer = if path == "/api/healthz" {
        healthz(now)
    } else if path.starts_with("/api/v1/") {
        api::answer(&mut state, ask, &shared.base, now)
    } else {
        web::answer(&mut state, ask, &shared.base, now)
    };
    match error {
        Some(error) => error.bend(answer),
        None => answer,
    }
}

fn healthz(now: i64) -> Answer {
    let check = json!([{"status": "pass", "time": rfc3339(now)}]);
    let body = json!({
        "status": "pass",
        "description": "Gitea: Git with a cup of tea",
        "checks": {"cache:ping": check, "database:ping": check},
    });
    Answer::typed(200, "application/json", &body.to_string())
}
