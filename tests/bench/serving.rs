//! The two that are measured: a bare handler that answers the headers of a check, and the whole server.

use crate::world;
use poem::http::{HeaderName, HeaderValue};
use poem::listener::TcpListener;
use poem::{Response, Server};
use samovar::app::{self, Capabilities, Running};
use samovar::config::{self, Config};
use std::net::SocketAddr;
use tokio::runtime::{Builder, Runtime};

/// As many threads as the process has cores: one, when it is pinned.
fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Answers every request with these headers, each `name: value` on a line of its own.
pub fn bare(address: SocketAddr, headers: &str) {
    runtime().block_on(bare_handler(address, headers));
}

/// The same, as a future that never ends.
pub fn bare_handler(address: SocketAddr, headers: &str) -> impl Future<Output = ()> + use<> {
    let headers: Vec<(HeaderName, HeaderValue)> = headers
        .lines()
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.parse().unwrap(), value.trim().parse().unwrap()))
        .collect();
    let handler = poem::endpoint::make_sync(move |_| {
        let mut response = Response::default();
        for (name, value) in &headers {
            let headers = response.headers_mut();
            headers.append(name.clone(), value.clone());
        }
        response
    });
    let server = Server::new(TcpListener::bind(address)).run(handler);
    async { server.await.unwrap() }
}

/// Where a server at this address answers checks: the same port of the next loopback address.
pub fn checks(address: SocketAddr) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 2], address.port()))
}

/// The whole server, until the process ends.
pub fn samovar(address: SocketAddr, folder: &str) {
    runtime()
        .block_on(app::serve(config(address, folder), Capabilities::real()))
        .unwrap();
}

/// The whole server on the runtime of the caller.
pub async fn start(address: SocketAddr, folder: &str) -> Running {
    let started = app::start(config(address, folder), Capabilities::real()).await;
    started.unwrap()
}

fn config(address: SocketAddr, folder: &str) -> Config {
    let text = format!(
        "[server]\nexternal_url = '{own}'\nlisten = ['{address}']\nforward_auth_listen = ['{checks}']\nallow_plain_http_on_loopback = true\n\
         state_dir = '{folder}/state'\nadmin_socket = '{folder}/admin.sock'\ntrusted_proxies = ['127.0.0.1/32']\n\
         [gitea]\nurl = 'http://127.0.0.1:9'\nclient_id = 'bench'\n\
         [mirror]\nfreshness_bound = '10m'\ngrace = '1h'\n",
        own = world::OWN,
        checks = checks(address),
    );
    let secret = |_: &str| Some(world::seal_key());
    config::parse(&text, &secret).unwrap_or_else(|problems| panic!("{problems}"))
}
