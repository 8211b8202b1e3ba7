//! A Samovar in process: the real gate, API and store, a fixed clock, a Gitea that is away, and five people signed in.

use crate::api::operations::Operation;
use crate::api::wiring::{self, NOW, Wired};
use poem::http::{HeaderMap, Method, Uri};
use poem::{Body, Endpoint, Request};
use samovar::access::Gatekeeper;
use samovar::audit::{Action, AuditEvent, EventQuery, Object, ObjectKind, RecordedEvent};
use samovar::model::{
    ClientId, DisplayText, Grant, GrantId, Principal, RequestId, SessionId, StoredSecret,
    SystemJob, Timestamp, UserId,
};
use samovar::store::Precondition;
use samovar::token::{Machine, Registry};
use serde_json::Value;
use std::sync::Arc;

/// Samovar's own host in this world.
pub const HOST: &str = "samovar.example.test";

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Holds `administrator`.
    Administrator,
    /// Holds it too.
    SecondAdministrator,
    /// Holds `auditor`.
    Auditor,
    /// Holds `policy-editor`.
    Editor,
    /// Holds nothing; is in the team.
    Member,
}

impl Who {
    /// Everybody in this world.
    pub const ALL: [Self; 5] = [
        Self::Administrator,
        Self::SecondAdministrator,
        Self::Auditor,
        Self::Editor,
        Self::Member,
    ];

    /// The login.
    pub const fn login(self) -> &'static str {
        match self {
            Self::Administrator => "ada",
            Self::SecondAdministrator => "bea",
            Self::Auditor => "cid",
            Self::Editor => "dan",
            Self::Member => "eve",
        }
    }

    /// Gitea's id, from 1.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// One call.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: String,
    pub path: String,
    who: Option<Who>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            who: None,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A call of this operation, with this text as every parameter of its path.
    pub fn of(operation: &Operation, parameter: &str) -> Self {
        Self::new(&operation.method, &operation.filled(parameter))
    }

    pub fn by(mut self, who: Who) -> Self {
        self.who = Some(who);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this value of the session cookie.
    pub fn cookie(self, world: &World, value: &str) -> Self {
        let pair = format!("{}={value}", world.wired.cookie);
        self.header("cookie", &pair)
    }

    pub fn bytes(mut self, kind: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("content-type", kind)
    }

    pub fn text(self, kind: &str, body: &str) -> Self {
        self.bytes(kind, body.as_bytes().to_vec())
    }

    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name);
        value.map_or_else(String::new, |v| v.to_str().unwrap().to_owned())
    }

    /// Fails unless it is this problem, as a document.
    pub fn is_problem(&self, status: u16, code: &str, name: &str) {
        assert_eq!(self.status, status, "{name}: {}", self.text);
        let kind = self.header("content-type");
        assert_eq!(kind, "application/problem+json", "{name}");
        let document = self.json();
        assert_eq!(document["code"], code, "{name}: {}", self.text);
        assert_eq!(document["status"], status, "{name}");
        let request = self.header("x-request-id");
        assert_eq!(document["request_id"], request, "{name}");
    }
}

/// Our id of a person of this world.
pub fn user_of(who: Who) -> UserId {
    wiring::user(who)
}

/// The id of a person's session.
pub fn session_of(who: Who) -> SessionId {
    wiring::session(who)
}

/// The whole.
#[derive(Clone)]
pub struct World {
    wired: Arc<Wired>,
    /// Gitea's id of the team that the member is in.
    pub team: i64,
}

impl World {
    /// A grant of the member's, to a client that is gone.
    pub async fn grant(&self) -> GrantId {
        let now = NOW;
        let grant = Grant {
            id: GrantId::from_bytes([9; 16]),
            user: wiring::user(Who::Member),
            client: ClientId::from_bytes([8; 16]),
            application: None,
            scope: "deployments:write".parse().unwrap(),
            created_at: now,
            ends_at: Timestamp::from_seconds(1_900_000_000),
            generation: 0,
            rotated_at: now,
            address: None,
            user_agent: DisplayText::lossy("test"),
        };
        let event = event(
            Action::GrantCreate,
            Object::new(ObjectKind::Grant, grant.id),
        );
        let id = grant.id;
        self.wired.tokens.keep(grant, now, event).await.unwrap();
        id
    }

    /// Changes what is known of every secret of a service account, as if time had passed.
    pub async fn age_secrets(&self, account: &str, change: impl Fn(&mut StoredSecret)) {
        let id = account.parse().unwrap();
        let about = Object::new(ObjectKind::ServiceAccount, account);
        age(&self.wired.service_accounts, id, about, change).await;
    }

    /// The same of a client.
    pub async fn age_client_secrets(&self, client: &str, change: impl Fn(&mut StoredSecret)) {
        let id = client.parse().unwrap();
        let about = Object::new(ObjectKind::Client, client);
        age(&self.wired.clients, id, about, change).await;
    }

    pub async fn start() -> Self {
        Self::wire(true).await
    }

    /// A world in which no principal has a role yet.
    pub async fn start_unclaimed() -> Self {
        Self::wire(false).await
    }

    async fn wire(claimed: bool) -> Self {
        Self {
            wired: Arc::new(wiring::wire(claimed).await),
            team: wiring::TEAM,
        }
    }

    /// The world for the operation after this one: a new one when this one may have ended the caller's session.
    pub async fn next(self, after: &Operation) -> Self {
        if after.mutates() && after.path.contains("/sessions") {
            Self::start().await
        } else {
            self
        }
    }

    /// Calls as a page of Samovar's own would.
    pub async fn call(&self, ask: Ask) -> Answer {
        let mut request = Request::builder()
            .method(Method::from_bytes(ask.method.as_bytes()).unwrap())
            .uri(ask.path.parse::<Uri>().unwrap())
            .header("host", HOST);
        let given = |name: &str| ask.headers.iter().any(|(other, _)| other == name);
        if !given("origin") {
            request = request.header("origin", format!("https://{HOST}"));
        }
        if !given("content-length") {
            request = request.header("content-length", ask.body.len());
        }
        if let Some(who) = ask.who {
            let secret = self.wired.secrets[usize::from(who.number() - 1)].reveal();
            request = request.header("cookie", format!("{}={secret}", self.wired.cookie));
        }
        for (name, value) in &ask.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let request = request.body(Body::from(ask.body));
        let response = self.wired.gate.call(request).await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.into_body().into_string().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Ask::new("GET", path).by(Who::Administrator))
            .await
    }

    /// The code with which the first administrator is claimed.
    pub fn claim_code(&self) -> Option<String> {
        self.wired.claim.code()
    }

    /// The events that one request left.
    pub fn events_of_request(&self, id: &str) -> Vec<RecordedEvent> {
        let id: RequestId = id.parse().unwrap();
        let events = self.events(&EventQuery {
            limit: EventQuery::MAX_PAGE_EVENTS,
            ..EventQuery::default()
        });
        let of_it = |recorded: &RecordedEvent| recorded.event.request == Some(id);
        events.into_iter().filter(of_it).collect()
    }

    /// A page of the audit log, newest first.
    pub fn events(&self, query: &EventQuery) -> Vec<RecordedEvent> {
        self.wired.store.events(query).unwrap().events
    }

    pub fn gatekeeper(&self) -> &Gatekeeper {
        &self.wired.gatekeeper
    }

    /// Sets what the disk has left, and looks at it.
    pub fn set_free_space(&self, bytes: u64) {
        self.wired.disk.set_free(bytes);
        self.wired.store.sample_space();
    }

    /// Writes every count, as a stopping server does.
    pub async fn close_all_windows(&self) {
        self.wired.journal.close_all_windows().await.unwrap();
    }
}

async fn age<M: Machine>(
    machines: &Registry<M>,
    id: M::Id,
    about: Object,
    change: impl Fn(&mut StoredSecret),
) {
    let mut machine = (*machines.get(id).unwrap()).clone();
    machine.secrets_mut().iter_mut().for_each(change);
    let event = event(Action::SecretCreate, about);
    let kept = machines.put(machine, Precondition::Present, event).await;
    kept.unwrap();
}

/// The server itself does something.
fn event(action: Action, object: Object) -> AuditEvent {
    AuditEvent::new(NOW, Principal::System(SystemJob::Server), action, object)
}
