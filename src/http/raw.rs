//! For tests: a gate behind the real listener, and a client that sends raw bytes.

use super::checks::Checks;
use super::forward_auth::{DecisionPoint, ForwardAuthGate};
use super::framework::Framework;
use super::listener::ConnectionHandler;
use super::sockets::Listener;
use super::*;
use crate::access::PolicyHolder;
use crate::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, Capabilities, Clock, Random,
    Timestamp,
};
use crate::policy::Policy;
use poem::Route;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(super) const OWN: &str = "samovar.test";
pub(super) const APPLICATION: &str = "app.test";

pub(super) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_700_000_000)
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A policy in which one application answers at [`APPLICATION`].
pub(super) fn policy() -> Arc<PolicyHolder> {
    let application = Application {
        id: ApplicationId::from_bytes([1; 16]),
        name: "app".parse().unwrap(),
        hosts: BTreeSet::from([APPLICATION.parse().unwrap()]),
        routes: Vec::new(),
        identity_headers: BTreeSet::new(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: crate::model::TokenSettings::default(),
        named_at: crate::model::Timestamp::ZERO,
        proxy_secret: crate::model::ProxySecret::default(),
        version: 1,
    };
    let policy = Policy::build(1, Vec::new(), Vec::new(), vec![application]);
    Arc::new(PolicyHolder::new(policy.unwrap()))
}

/// A listening gate; it stops when this is dropped.
pub(super) struct Listening {
    pub address: SocketAddr,
    _stop: DropGuard,
}

/// A gate that trusts proxies at 127.0.0.1.
pub(super) async fn listen(
    own: Route,
    application: Route,
    limits: listener::Settings,
) -> Listening {
    accept(gate(Surfaces { own, application }), limits).await
}

/// A gate for Samovar's own host only, with this check for known callers.
pub(super) async fn listen_knowing(own: Route, known: KnownCaller) -> Listening {
    let application = Route::new();
    let gate = gate(Surfaces { own, application }).with_known_callers(known);
    accept(gate, listener::Settings::default()).await
}

fn gate(surfaces: Surfaces) -> Gate {
    let settings = Settings {
        own: OWN.parse().unwrap(),
        https: true,
        trusted: trusted(),
        bodies: BodyLimits {
            bytes: 100,
            bytes_of_known: 200,
            silence: Duration::from_millis(200),
            whole: Duration::from_secs(1),
        },
        answer_timeout: Duration::from_secs(2),
    };
    let capabilities = Capabilities {
        clock: Arc::new(Fixed),
        random: Arc::new(Fixed),
    };
    Gate::new(settings, surfaces, policy(), capabilities)
}

/// Proxies at 127.0.0.1.
pub(super) fn trusted() -> TrustedProxies {
    TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()])
}

/// A forward-auth gate that trusts these proxies.
pub(super) async fn listen_for_checks<J: DecisionPoint>(
    services: forward_auth::CheckServices<J>,
    trusted: TrustedProxies,
) -> Listening {
    let own = OWN.parse().unwrap();
    let settings = forward_auth::GateSettings { own, trusted };
    let gate = ForwardAuthGate::new(settings, services, &Fixed);
    accept_at(LOOPBACK, Checks(gate), listener::Settings::default()).await
}

/// A forward-auth gate on a wildcard address, which counts as remote; trusts proxies at 127.0.0.1.
pub(super) async fn listen_for_remote_checks<J: DecisionPoint>(
    services: forward_auth::CheckServices<J>,
) -> Listening {
    let own = OWN.parse().unwrap();
    let trusted = trusted();
    let settings = forward_auth::GateSettings { own, trusted };
    let gate = ForwardAuthGate::new(settings, services, &Fixed);
    let limits = listener::Settings::default();
    let mut listening = accept_at("0.0.0.0:0", Checks(gate), limits).await;
    listening.address.set_ip([127, 0, 0, 1].into());
    listening
}

const LOOPBACK: &str = "127.0.0.1:0";

async fn accept(gate: Gate, limits: listener::Settings) -> Listening {
    accept_at(LOOPBACK, Framework(gate), limits).await
}

async fn accept_at<H: ConnectionHandler>(
    place: &str,
    handler: H,
    limits: listener::Settings,
) -> Listening {
    let socket = TcpListener::bind(place).await.unwrap();
    let address = socket.local_addr().unwrap();
    let stop = CancellationToken::new();
    let sockets = vec![Listener::Tcp(socket)];
    let serving = listener::serve(sockets, handler, limits, stop.clone());
    tokio::spawn(serving);
    Listening {
        address,
        _stop: stop.drop_guard(),
    }
}

/// Sends these bytes and reads one complete answer, or everything until the server closes the connection.
pub(super) async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if is_complete(&text) || stream.read_buf(&mut answer).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

fn is_complete(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

/// One answer on a connection of its own.
pub(super) async fn ask(server: &Listening, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    exchange(&mut stream, bytes).await
}
