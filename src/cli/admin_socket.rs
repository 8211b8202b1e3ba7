//! The other end of the administration socket: asks the running server.

use super::Outcome;
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;

/// The one-time code, alone on a line, so that it can be piped.
pub(super) fn claim_code(socket: &Path) -> Outcome {
    let answer: Value = ask(socket, Method::GET, "/claim-code", None)?;
    match answer.get("code").and_then(Value::as_str) {
        Some(code) => Ok(format!("{code}\n")),
        None => Err("there is an administrator; nothing can be claimed".to_owned()),
    }
}

pub(super) fn set_break_glass(socket: &Path, password: &SecretString) -> Outcome {
    let body = json!({ "password": password.expose_secret() });
    let _: Value = ask(socket, Method::PUT, "/break-glass", Some(body))?;
    Ok("the break-glass password is set\n".to_owned())
}

pub(super) fn switch_off_break_glass(socket: &Path) -> Outcome {
    let _: Value = ask(socket, Method::DELETE, "/break-glass", None)?;
    Ok("the break-glass password is off\n".to_owned())
}

/// The state as the server gives it: JSON, indented.
pub(super) fn state(socket: &Path) -> Outcome {
    let answer: Value = ask(socket, Method::GET, "/state", None)?;
    Ok(format!("{answer:#}\n"))
}

pub(super) fn sync(socket: &Path) -> Outcome {
    let answer: Value = ask(socket, Method::POST, "/mirror/sync", None)?;
    Ok(format!("{answer:#}\n"))
}

#[tokio::main(flavor = "current_thread")]
async fn ask<T: DeserializeOwned>(
    socket: &Path,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<T, String> {
    let shown = socket.display();
    let cannot = |error: reqwest::Error| {
        format!(
            "the server at {shown} does not answer ({}); is it running, and are you root or its user?",
            why(&error)
        )
    };
    let client = reqwest::Client::builder()
        .unix_socket(socket)
        .build()
        .map_err(cannot)?;
    let mut request = client.request(method, format!("http://samovar{path}"));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.map_err(cannot)?;
    let done = answer.status().is_success();
    let body: Value = answer.json().await.map_err(cannot)?;
    if done {
        return serde_json::from_value(body).map_err(|error| error.to_string());
    }
    let detail = body.get("detail").and_then(Value::as_str);
    Err(detail
        .unwrap_or("the server could not do it; its log says why")
        .to_owned())
}

/// The innermost cause, which is what a person can act on.
fn why(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
