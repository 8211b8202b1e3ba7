//! One proxy with its generated block, Samovar behind it on a real socket, and the application.

use crate::proxies::echo::Echo;
use crate::proxies::people::{self, Knows};
use crate::support::process::{Program, free_address};
use crate::support::{caddy, nginx, tools};
use samovar::access::PolicyHolder;
use samovar::http::checks::Checks;
use samovar::http::forward_auth::snippets::{self, CheckAddress, SnippetSettings};
use samovar::http::forward_auth::{self, ForwardAuthGate, GateSettings};
use samovar::http::framework::Framework;
use samovar::http::sockets::Listener;
use samovar::http::{Gate, RequestContext, Settings, Surfaces, TrustedProxies, listener};
use samovar::model::{
    AuthorizationOwner, Capabilities, Clock, HostName, ListenAddress, Random, SessionSecret,
    Timestamp,
};
use samovar::token::{ProxySecrets, SealKey};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The session cookie at application hosts, over plain http.
pub const COOKIE: &str = "samovar-app";

/// Which proxy stands before the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxy {
    Nginx,
    Caddy,
}

pub const BOTH: [Proxy; 2] = [Proxy::Nginx, Proxy::Caddy];

/// Everything running.
pub struct Stage {
    pub host: HostName,
    pub knows: Arc<Knows>,
    pub echo: Echo,
    address: SocketAddr,
    program: Program,
    _folder: TempDir,
    samovar_at: Samovar,
}

/// Where Samovar's two kinds of listeners are; both stop with the guard.
struct Samovar {
    public: SocketAddr,
    checks: CheckAddress,
    _stop: DropGuard,
}

struct Plain;

impl Clock for Plain {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_700_000_000)
    }
}

impl Random for Plain {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(9);
    }
}

#[poem::handler]
fn whoami(exchange: RequestContext) -> String {
    format!(
        "hand-over at {} for {}",
        exchange.host,
        exchange.origin.address.unwrap()
    )
}

/// What is different from a proxy that stands alone before the echoing application.
#[derive(Default)]
pub struct Setting {
    /// The application, in the place of the echo.
    pub upstream: Option<SocketAddr>,
    /// More of nginx's `http` block; `@ADDRESS@` is where the proxy listens.
    pub nginx: &'static str,
    /// More of Caddy's global options.
    pub caddy: &'static str,
    /// Checks are asked at an address that other machines reach, with a proxy secret.
    pub remote: bool,
    /// The checks' socket is a Unix socket.
    pub unix: bool,
    /// Who uses `Authorization`; Samovar unless set.
    pub authorization: Option<AuthorizationOwner>,
}

impl Stage {
    pub async fn start(proxy: Proxy) -> Self {
        Self::with(proxy, Setting::default()).await
    }

    pub async fn with(proxy: Proxy, setting: Setting) -> Self {
        tools::ready();
        let folder = tempfile::tempdir().unwrap();
        let echo = Echo::start().await;
        let address = free_address([127, 0, 0, 1]);
        let host: HostName = format!("app.test:{}", address.port()).parse().unwrap();
        let mut application = people::application(std::slice::from_ref(&host));
        if let Some(owner) = setting.authorization {
            application.authorization = owner;
        }
        let policy = Arc::new(PolicyHolder::new(people::policy(application.clone())));
        let knows = Arc::new(Knows {
            policy: Arc::clone(&policy),
            checks: Mutex::default(),
        });
        let samovar = samovar(Arc::clone(&knows), policy, &setting, folder.path()).await;
        let upstream = setting.upstream.unwrap_or(echo.address);
        let settings = SnippetSettings {
            samovar: samovar.public.to_string().parse().unwrap(),
            forward_auth: samovar.checks.clone(),
            secret: setting.remote.then(|| secrets().reveal(&application)),
            own: OWN.parse().unwrap(),
            https: false,
            upstream: upstream.to_string().parse().unwrap(),
        };
        let program = match proxy {
            Proxy::Nginx => {
                let block = snippets::nginx(&application, &settings);
                let before = setting.nginx.replace("@ADDRESS@", &address.to_string());
                let server = format!(
                    "{before}\nserver {{\nlisten {address};\nserver_name app.test;\n{block}\n}}"
                );
                nginx::start(folder.path(), address, &server).await
            }
            Proxy::Caddy => {
                let block = snippets::caddy(&application, &settings);
                caddy::start_with(folder.path(), address, setting.caddy, &block).await
            }
        };
        Self {
            host,
            knows,
            echo,
            address,
            program,
            _folder: folder,
            samovar_at: samovar,
        }
    }

    /// What the proxy wrote.
    pub fn log(&self) -> String {
        self.program.output()
    }

    /// Sends a request line and headers, and reads until the proxy closes.
    pub async fn ask(&self, line: &str, headers: &str) -> String {
        self.send(line, &format!("Connection: close\r\n{headers}"), "")
            .await
    }

    /// The same with a body, and with `Connection` as the headers have it.
    pub async fn send(&self, line: &str, headers: &str, body: &str) -> String {
        let mut stream = self.connect().await;
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n{body}",
            self.host
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A proxy that closes a refused connection hard has still said what it had to.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Where nginx would be told to ask, as `proxy_pass` takes it.
    pub fn checks(&self) -> String {
        match &self.samovar_at.checks {
            CheckAddress::Tcp(host) => host.to_string(),
            CheckAddress::Unix(path) => format!("unix:{path}:"),
        }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// The `Cookie` header of a person who is signed in, among other cookies.
pub fn cookie(secret: &SessionSecret) -> String {
    let secret = secret.reveal();
    format!("Cookie: before=1; {COOKIE}={secret}; x{COOKIE}=3; {COOKIE}-browser=4; after=2\r\n")
}

const OWN: &str = "samovar.test";

fn trusted() -> TrustedProxies {
    TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()])
}

fn gate(policy: Arc<PolicyHolder>) -> Gate {
    let surfaces = Surfaces {
        own: poem::Route::new(),
        application: poem::Route::new().at("/.samovar/whoami", whoami),
    };
    let settings = Settings {
        own: OWN.parse().unwrap(),
        https: false,
        trusted: trusted(),
        bodies: samovar::http::BodyLimits::default(),
        answer_timeout: Duration::from_secs(60),
    };
    let capabilities = Capabilities {
        clock: Arc::new(Plain),
        random: Arc::new(Plain),
    };
    Gate::new(settings, surfaces, policy, capabilities)
}

fn secrets() -> ProxySecrets {
    SealKey::new([7; 32]).proxy_secrets()
}

async fn samovar(
    knows: Arc<Knows>,
    policy: Arc<PolicyHolder>,
    setting: &Setting,
    folder: &Path,
) -> Samovar {
    let stop = CancellationToken::new();
    let services = forward_auth::CheckServices {
        decision_point: knows,
        policy: Arc::clone(&policy),
        secrets: secrets(),
        clock: Arc::new(Plain),
        https: false,
        warnings: samovar::http::LogLimit::default(),
    };
    let settings = GateSettings {
        own: OWN.parse().unwrap(),
        trusted: trusted(),
    };
    let checks = ForwardAuthGate::new(settings, services, &Plain);
    let place = match setting {
        Setting { unix: true, .. } => {
            let path = folder.join("check.sock");
            ListenAddress::Unix(path)
        }
        // A wildcard address counts as one that other machines reach.
        Setting { remote: true, .. } => "0.0.0.0:1".parse().unwrap(),
        _ => "127.0.0.1:1".parse().unwrap(),
    };
    Samovar {
        public: serve(gate(policy), &stop).await,
        checks: serve_checks(checks, place, &stop).await,
        _stop: stop.drop_guard(),
    }
}

async fn serve(gate: Gate, stop: &CancellationToken) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let sockets = vec![Listener::Tcp(socket)];
    tokio::spawn(listener::serve(
        sockets,
        Framework(gate),
        listener::Settings::default(),
        stop.clone(),
    ));
    address
}

async fn serve_checks(
    gate: ForwardAuthGate<Knows>,
    place: ListenAddress,
    stop: &CancellationToken,
) -> CheckAddress {
    let (socket, address) = match place {
        ListenAddress::Unix(path) => {
            let address = CheckAddress::Unix(path.display().to_string());
            let listener = UnixListener::bind(&path).unwrap();
            (Listener::Unix(listener, Some(path)), address)
        }
        ListenAddress::Tcp(address) => {
            let socket = TcpListener::bind((address.ip(), 0)).await.unwrap();
            let port = socket.local_addr().unwrap().port();
            let address = format!("127.0.0.1:{port}").parse().unwrap();
            (Listener::Tcp(socket), CheckAddress::Tcp(address))
        }
    };
    tokio::spawn(listener::serve(
        vec![socket],
        Checks(gate),
        listener::Settings::default(),
        stop.clone(),
    ));
    address
}
