//! Faults that a test switches on while the stand-in runs: wrong answers on chosen requests, and holds that keep a
//! request or an answer waiting until the test lets it go. Knows requests and answers, nothing of the tables.

use super::caller::{error, not_found};
use super::wire::{Answer, Ask};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, watch};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// 401, as for an invalid token.
    TokenInvalid,
    /// 403 as to a token whose scope does not reach.
    ScopeMissing,
    /// 404 in the API's form.
    NotFound,
    /// 429 with `Retry-After` in seconds.
    TooManyRequests { retry_after: u32 },
    /// Any other status with the API's error object.
    Status(u16),
    /// 200 with a page where JSON is owed.
    Html,
    /// 200 with JSON that is cut short.
    Garbage,
    /// The true status and headers with `null` in place of the body.
    Null,
    /// The true status and headers, `X-Total-Count` too, with `[]` in place of the list.
    EmptyPage,
    /// The true status and headers with this JSON in place of the body.
    Body(Value),
}

/// Which requests.
#[derive(Debug, Clone, Default)]
pub struct At {
    method: Option<String>,
    path: String,
    whole: bool,
    query: Vec<(String, String)>,
}

impl At {
    /// Every request.
    pub fn everything() -> Self {
        Self::under("/")
    }

    /// Every request to the API.
    pub fn api() -> Self {
        Self::under("/api/v1/")
    }

    /// Paths that begin so.
    pub fn under(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..Self::default()
        }
    }

    /// One path, whatever its query.
    pub fn path(path: &str) -> Self {
        Self {
            whole: true,
            ..Self::under(path)
        }
    }

    /// Of these, only those with this query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Of these, only those of one method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    fn matches(&self, ask: &Ask) -> bool {
        let path = ask.path_text();
        let named = if self.whole {
            path == self.path
        } else {
            path.starts_with(&self.path)
        };
        let method = self.method.as_deref();
        let mut query = self.query.iter();
        named
            && method.is_none_or(|method| method == ask.method.as_str())
            && query.all(|(name, value)| ask.query(name) == Some(value))
    }
}

/// Keeps requests waiting. Dropping it lets them go.
pub struct Hold(Arc<Gate>);

struct Gate {
    arrived: Semaphore,
    open: watch::Sender<bool>,
}

impl Hold {
    /// Waits until one more request has come to wait here.
    pub async fn reached(&self) {
        self.0.arrived.acquire().await.unwrap().forget();
    }

    /// Lets all go, those that are still to come too.
    pub fn release(&self) {
        self.0.open.send_replace(true);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.release();
    }
}

impl Gate {
    async fn pass(&self) {
        self.arrived.add_permits(1);
        let mut open = self.open.subscribe();
        // the sender lives in this very gate, so waiting cannot fail
        let _ = open.wait_for(|open| *open).await;
    }
}

enum Kind {
    Wrong(Error),
    HoldRequest(Arc<Gate>),
    HoldAnswer(Arc<Gate>),
}

struct Planted {
    at: At,
    kind: Kind,
    left: Option<usize>,
}

/// The faults of one stand-in.
#[derive(Default)]
pub struct Errors(Mutex<Vec<Planted>>);

impl Errors {
    /// From now on, until `clear`.
    pub fn plant(&self, at: At, error: Error) {
        self.add(at, Kind::Wrong(error), None);
    }

    /// For the next so many matching requests.
    pub fn plant_times(&self, at: At, error: Error, times: usize) {
        self.add(at, Kind::Wrong(error), Some(times));
    }

    /// Holds matching requests before they are looked at: they see what the test changes meanwhile.
    pub fn hold_request(&self, at: At) -> Hold {
        let gate = gate();
        self.add(at, Kind::HoldRequest(Arc::clone(&gate)), None);
        Hold(gate)
    }

    /// Holds finished answers on their way back: they do not see what the test changes meanwhile.
    pub fn hold_answer(&self, at: At) -> Hold {
        let gate = gate();
        self.add(at, Kind::HoldAnswer(Arc::clone(&gate)), None);
        Hold(gate)
    }

    /// All well again. Holds that are still held stay so.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    fn add(&self, at: At, kind: Kind, left: Option<usize>) {
        self.0.lock().unwrap().push(Planted { at, kind, left });
    }

    /// The first fault for this request; one of a limited number is used up.
    pub(super) fn take(&self, ask: &Ask) -> Option<Error> {
        let mut all = self.0.lock().unwrap();
        let planted = all.iter_mut().find(|planted| {
            matches!(planted.kind, Kind::Wrong(_))
                && planted.left != Some(0)
                && planted.at.matches(ask)
        })?;
        planted.left = planted.left.map(|left| left - 1);
        match &planted.kind {
            Kind::Wrong(error) => Some(error.clone()),
            _ => None,
        }
    }

    /// Waits at the holds for requests.
    pub(super) async fn before(&self, ask: &Ask) {
        let gates = self.gates(ask, |kind| match kind {
            Kind::HoldRequest(gate) => Some(Arc::clone(gate)),
            _ => None,
        });
        for gate in gates {
            gate.pass().await;
        }
    }

    /// Waits at the holds for answers.
    pub(super) async fn after(&self, ask: &Ask) {
        let gates = self.gates(ask, |kind| match kind {
            Kind::HoldAnswer(gate) => Some(Arc::clone(gate)),
            _ => None,
        });
        for gate in gates {
            gate.pass().await;
        }
    }

    fn gates(&self, ask: &Ask, pick: impl Fn(&Kind) -> Option<Arc<Gate>>) -> Vec<Arc<Gate>> {
        let all = self.0.lock().unwrap();
        let matching = all.iter().filter(|planted| planted.at.matches(ask));
        matching.filter_map(|planted| pick(&planted.kind)).collect()
    }
}

fn gate() -> Arc<Gate> {
    Arc::new(Gate {
        arrived: Semaphore::new(0),
        open: watch::channel(false).0,
    })
}

impl Error {
    /// The answer in place of the true one; `None` for those that change the true one.
    pub(super) fn instead(&self, base: &str) -> Option<Answer> {
        let message = "invalid username, password or token";
        let narrow = "token does not have at least one of required scope(s), required=[read:admin], token scope=read:misc";
        Some(match self {
            Error::TokenInvalid => error(base, 401, message),
            Error::ScopeMissing => error(base, 403, narrow),
            Error::NotFound => not_found(base, "not found", None),
            Error::TooManyRequests { retry_after } => {
                error(base, 429, "too many requests").with("retry-after", retry_after.to_string())
            }
            Error::Status(status) => error(base, *status, ""),
            Error::Html => Answer::html(200, "<!DOCTYPE html><html><body>not JSON</body></html>"),
            Error::Garbage => Answer::typed(200, "application/json;charset=utf-8", "[{\"id\": 1,"),
            Error::Null | Error::EmptyPage | Error::Body(_) => return None,
        })
    }

    /// The true answer with its body replaced.
    pub(super) fn bend(&self, mut answer: Answer) -> Answer {
        let body = match self {
            Error::Null => json!(null),
            Error::EmptyPage => json!([]),
            Error::Body(body) => body.clone(),
            _ => return answer,
        };
        answer.body = body.to_string().into_bytes();
        answer
    }
}
