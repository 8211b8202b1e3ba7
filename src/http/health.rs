//! `/healthz` and `/readyz`: is the process alive, and can it do its work.
//!
//! Knows nothing of what it asks: each probe is given by who wires the server. Answers nothing secret.

use super::problem::{Problem, ProblemCode};
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

    async fn heard(path: &str, probes: Vec<Probe>) -> String {
        let own = routes(Route::new(), probes);
        let server = listen(own, Route::new(), listener::Settings::default()).await;
        ask(
            &server,
            format!("GET {path} HTTP/1.1\r\nHost: {OWN}\r\n\r\n").as_bytes(),
        )
        .await
    }

    #[tokio::test]
    async fn ready_is_who_has_all_that_is_vital() {
        let away = || probe("gitea", false, Err("Gitea does not answer"));
        let ready = heard("/readyz", vec![probe("store", true, Ok(())), away()]).await;
        assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
        assert!(
            ready.contains("\"gitea\":\"Gitea does not answer\""),
            "{ready}"
        );
        let broken = vec![probe("store", true, Err("the disk is full")), away()];
        let not = heard("/readyz", broken).await;
        assert!(not.starts_with("HTTP/1.1 503"), "{not}");
        assert!(
            not.contains("not_ready") && not.contains("the disk is full"),
            "{not}"
        );
    }

    #[tokio::test]
    async fn alive_is_who_answers() {
        let broken = vec![probe("store", true, Err("the disk is full"))];
        assert!(heard("/healthz", broken).await.starts_with("HTTP/1.1 200"));
    }
}
