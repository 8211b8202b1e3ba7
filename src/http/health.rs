//! `/healthz` and `/readyz`: is the process alive, and can it do its work.
//!
//! Knows nothing of what it asks: each probe is given by who wires the server. Answers nothing secret.

use super::problem::{Code, Problem};
use poem::web::Json;
use poem::{EndpointExt, IntoResponse, Request, Response, Route, get};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Something that must work, or whose state is worth seeing.
pub struct Probe {
    /// What is asked, such as `store`.
    pub name: &'static str,
    /// Is the server of no use without it?
    pub vital: bool,
    /// Asks; the error is a sentence for operators that names no secret.
    pub ask: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// The two addresses, over these probes.
pub fn routes(route: Route, probes: Vec<Probe>) -> Route {
    let probes = Arc::new(probes);
    let ready = move |_: Request| {
        let probes = Arc::clone(&probes);
        async move { ready(&probes) }
    };
    route
        .at(
            "/healthz",
            get(poem::endpoint::make(|_| async { "alive\n" })),
        )
        .at(
            "/readyz",
            get(poem::endpoint::make(ready).map_to_response()),
        )
}

fn ready(probes: &[Probe]) -> poem::Result<Response> {
    let mut states = Map::new();
    let mut missing = Vec::new();
    for probe in probes {
        let state = (probe.ask)();
        if state.is_err() && probe.vital {
            missing.push(probe.name);
        }
        states.insert(
            probe.name.to_owned(),
            json!(state.err().unwrap_or_else(|| "ok".to_owned())),
        );
    }
    let states = Value::Object(states);
    if missing.is_empty() {
        return Ok(Json(json!({ "ready": true, "states": states })).into_response());
    }
    let detail = format!("not ready: {}; `states` says why", missing.join(", "));
    Err(Problem::new(Code::NotReady, detail)
        .with("states", states)
        .into())
}
