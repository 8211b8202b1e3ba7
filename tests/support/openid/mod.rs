//! A stand-in OpenID provider that is not Gitea: an issuer with a path, groups by name, a session of its own, sign-out and
//! logout tokens. By itself it is of Okta's shape; a test bends it with [`Openid::configure`].
//!
//! A browser that is sent to it comes back at once as the person that [`Openid::person`] named last.

mod answers;

use super::gitea::keys::{SigningKey, word};
use super::gitea::wire::Ask;
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Where the provider lies on its server, as a custom authorization server of Okta does.
pub const PATH: &str = "/oauth2/default";

pub const CLIENT: &str = "0oa-samovar";
pub const SECRET: &str = "the-client-secret";

/// The event of a logout token.
pub const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whether an answer to the browser says who gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Named {
    /// As Gitea: nothing is said, and nothing promised.
    #[default]
    Silent,
    /// The metadata promises `iss` (RFC 9207), and the answers have it.
    Promised,
    /// It is promised and missing.
    Forgotten,
    /// It is promised, and it is this.
    Wrong(String),
}

/// How it answers.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Whether answers say who gives them.
    pub named: Named,
    /// What discovery says of the issuer instead.
    pub discovery_issuer: Option<String>,
    /// What tokens say of the issuer instead.
    pub token_issuer: Option<String>,
    /// Groups that it tells at most; Okta's is 100.
    pub cap: Option<usize>,
    /// Groups stand in userinfo and not in the ID token.
    pub groups_in_userinfo: bool,
    /// Tokens are signed with a key that is not published.
    pub key_unpublished: bool,
    /// What userinfo says of whether the address was verified.
    pub email_verified: Option<Value>,
    /// It has no place to sign out at.
    pub no_sign_out: bool,
}

/// A person of the provider.
#[derive(Debug, Clone)]
pub struct Person {
    pub sub: String,
    pub login: String,
    pub groups: Vec<String>,
}

/// What a code or an access token stands for.
#[derive(Clone)]
pub struct Grant {
    pub person: Person,
    pub scopes: Vec<String>,
    pub nonce: String,
    pub challenge: String,
    pub sid: String,
}

pub struct State {
    pub issuer: String,
    pub shape: Shape,
    pub person: Option<Person>,
    pub key: SigningKey,
    pub grants: HashMap<String, Grant>,
    /// Method and path of each request.
    pub log: Vec<String>,
    /// The last sign-in there.
    pub sid: String,
    time: Arc<dyn Fn() -> i64 + Send + Sync>,
}

impl State {
    pub fn now(&self) -> i64 {
        (self.time)()
    }
}

/// A running provider; ends when dropped.
pub struct Openid {
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

impl Openid {
    /// With this source of Unix seconds.
    pub async fn start(time: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            issuer: format!("{origin}{PATH}"),
            shape: Shape::default(),
            person: None,
            key: SigningKey::generate(),
            grants: HashMap::new(),
            log: Vec::new(),
            sid: String::new(),
            time,
        }));
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| serve(Arc::clone(&shared), request));
                let http = hyper::server::conn::http1::Builder::new();
                let connection = http.serve_connection(TokioIo::new(stream), service);
                // a client that goes away is no matter of the test
                tokio::spawn(async move { _ = connection.await });
            }
        });
        Self { state, accepting }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn issuer(&self) -> String {
        self.state().issuer.clone()
    }

    pub fn configure(&self, bend: impl FnOnce(&mut Shape)) {
        bend(&mut self.state().shape);
    }

    /// Who is signed in there from now on.
    pub fn person(&self, sub: &str, login: &str, groups: &[&str]) {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        let (sub, login) = (sub.to_owned(), login.to_owned());
        let person = Person { sub, login, groups };
        let mut state = self.state();
        state.sid = word("sid-");
        state.person = Some(person);
    }

    /// A new key; the old one is published no more.
    pub fn rotate_key(&self) {
        self.state().key = SigningKey::generate();
    }

    /// Requests of a method and a path below the issuer.
    pub fn count(&self, line: &str) -> usize {
        let state = self.state();
        state.log.iter().filter(|seen| *seen == line).count()
    }

    /// A logout token for a person, or for the person of the last sign-in; `bend` changes its claims.
    pub fn logout_token(&self, sub: Option<&str>, bend: impl FnOnce(&mut Value)) -> String {
        let state = self.state();
        let now = state.now();
        let mut claims = json!({
            "iss": state.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": word("jti-"),
            "events": {LOGOUT: {}},
        });
        match sub {
            Some(sub) => claims["sub"] = json!(sub),
            None => claims["sid"] = json!(state.sid),
        }
        bend(&mut claims);
        state.key.sign(&claims)
    }
}

impl Drop for Openid {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(
    state: Arc<Mutex<State>>,
    request: http::Request<hyper::body::Incoming>,
) -> Result<http::Response<http_body_util::Full<hyper::body::Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec());
    let target = head.uri.path_and_query().map_or("/", |both| both.as_str());
    let ask = Ask::new(head.method, target, head.headers, body.unwrap_or_default());
    let answer = answers::answer(&mut state.lock().unwrap(), &ask);
    Ok(answer.into_http())
}
