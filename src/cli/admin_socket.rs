//! The client of the administration socket of the running server.

use super::error::{CliError, CliResult};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::io;
use std::path::Path;
use tokio::net::UnixStream;

/// The one-time code, alone on a line, so that it can be piped.
pub(super) fn claim_code(socket: &Path) -> CliResult {
    let response = request(socket, Method::GET, "/claim-code", None)?;
    let code = response.get("code").and_then(Value::as_str);
    let code = code.ok_or_else(|| "a person administers Samovar, so there is no claim code; ask an administrator for a role, or run `samovar break-glass set`".to_owned())?;
    Ok(format!("{code}\n"))
}

pub(super) fn set_break_glass(socket: &Path, password: &SecretString) -> CliResult {
    let body = json!({ "password": password.expose_secret() });
    request(socket, Method::PUT, "/break-glass", Some(body))?;
    Ok("the break-glass password is set; sign in with it at /auth/break-glass\n".to_owned())
}

pub(super) fn switch_off_break_glass(socket: &Path) -> CliResult {
    request(socket, Method::DELETE, "/break-glass", None)?;
    Ok("break-glass is off, and its sessions have ended\n".to_owned())
}

/// Sends a request; returns the body of a successful response.
#[tokio::main(flavor = "current_thread")]
pub(super) async fn request(
    socket: &Path,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Value, CliError> {
    let stream = UnixStream::connect(socket)
        .await
        .map_err(|error| unreachable(socket, &error))?;
    let (status, body) = exchange(stream, method, path, body)
        .await
        .map_err(|error| invalid_response(socket, &error))?;
    let body: Value =
        serde_json::from_slice(&body).map_err(|error| invalid_response(socket, &error))?;
    if status.is_success() {
        return Ok(body);
    }
    let detail = body.get("detail").and_then(Value::as_str);
    let message = detail.unwrap_or("the server failed; see its log");
    Err(message.to_owned().into())
}

async fn exchange(
    stream: UnixStream,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "samovar")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}

fn unreachable(socket: &Path, error: &io::Error) -> String {
    let shown = socket.display();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => format!(
            "no server answers at `{shown}`; start it, or name its socket with --socket (server.admin_socket)"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "`{shown}` may be used by root and the server's own user only; run this with sudo"
        ),
        _ => format!("`{shown}` cannot be reached: {error}"),
    }
}

fn invalid_response(socket: &Path, error: &dyn std::fmt::Display) -> String {
    format!(
        "the server at `{}` sent an incomplete or invalid response ({error}); see its log",
        socket.display()
    )
}
