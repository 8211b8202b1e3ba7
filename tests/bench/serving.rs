//! The two that are measured: a bare handler that answers two headers, and the whole server.

use crate::world;
use poem::listener::TcpListener;
use poem::{Response, Server};
use samovar::app::{self, Capabilities};
use samovar::config;
use std::net::SocketAddr;
use tokio::runtime::{Builder, Runtime};

/// As many threads as the process has cores: one, when it is pinned.
fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

pub fn bare(address: SocketAddr) {
    let handler = poem::endpoint::make_sync(|_| {
        Response::builder()
            .header("remote-user", "ada")
            .header("remote-groups", "acme/deployers")
            .finish()
    });
    runtime()
        .block_on(Server::new(TcpListener::bind(address)).run(handler))
        .unwrap();
}

/// Where a server at this address answers checks: the same port of the next loopback address.
pub fn checks(address: SocketAddr) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 2], address.port()))
}

pub fn samovar(address: SocketAddr, folder: &str) {
    let text = format!(
        "[server]\nexternal_url = '{own}'\nlisten = ['{address}']\nforward_auth_listen = ['{checks}']\nallow_plain_http_on_loopback = true\n\
         state_dir = '{folder}/state'\nadmin_socket = '{folder}/admin.sock'\ntrusted_proxies = ['127.0.0.1/32']\n\
         [gitea]\nurl = 'http://127.0.0.1:9'\nclient_id = 'bench'\n\
         [mirror]\nfreshness_bound = '10m'\ngrace = '1h'\n",
        own = world::OWN,
        checks = checks(address),
    );
    let secret = |_: &str| Some(world::seal_key());
    let meant = config::parse(&text, &secret).unwrap_or_else(|problems| panic!("{problems}"));
    runtime()
        .block_on(app::serve(meant, Capabilities::real()))
        .unwrap();
}
