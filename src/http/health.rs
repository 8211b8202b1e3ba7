//! `/healthz` and `/readyz`: is the process alive, and can it serve requests?
//!
//! Knows only the probes that `app` passes to it. Must never answer a secret.

use super::problem::{Problem, ProblemCode};
use poem::web::Json;
use poem::{EndpointExt, IntoResponse, Request, Response, Route, get};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A check of one part of the server.
pub struct Probe {
    /// The name of the part, such as `store`.
    pub name: &'static str,
    /// Is the server not ready without it?
    pub vital: bool,
    /// Runs the check; the error is a sentence for operators without secrets.
    pub ask: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// Adds both endpoints, with these probes.
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
    Err(Problem::new(ProblemCode::NotReady, detail)
        .with("states", states)
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::listener;
    use crate::http::raw::{OWN, ask, listen};

    fn probe(name: &'static str, vital: bool, state: Result<(), &'static str>) -> Probe {
        let ask = move || state.map_err(str::to_owned);
        Probe {
            name,
            vital,
            ask: Box::new(ask),
        }
    }

    async fn answer(path: &str, probes: Vec<Probe>) -> String {
        let own = routes(Route::new(), probes);
        let server = listen(own, Route::new(), listener::Settings::default()).await;
        ask(
            &server,
            format!("GET {path} HTTP/1.1\r\nHost: {OWN}\r\n\r\n").as_bytes(),
        )
        .await
    }

    #[tokio::test]
    async fn only_a_failing_vital_probe_prevents_readiness() {
        let away = || probe("gitea", false, Err("Gitea does not answer"));
        let ready = answer("/readyz", vec![probe("store", true, Ok(())), away()]).await;
        assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
        assert!(
            ready.contains("\"gitea\":\"Gitea does not answer\""),
            "{ready}"
        );
        let failing = vec![probe("store", true, Err("the disk is full")), away()];
        let not = answer("/readyz", failing).await;
        assert!(not.starts_with("HTTP/1.1 503"), "{not}");
        assert!(
            not.contains("not_ready") && not.contains("the disk is full"),
            "{not}"
        );
    }

    #[tokio::test]
    async fn healthz_ignores_the_probes() {
        let failing = vec![probe("store", true, Err("the disk is full"))];
        assert!(
            answer("/healthz", failing)
                .await
                .starts_with("HTTP/1.1 200")
        );
    }
}
