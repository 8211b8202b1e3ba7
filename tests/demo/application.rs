//! Starts the FastAPI application of `application.py` from the virtual environment that `tests/tools.sh` made.

use crate::support::process::Program;
use crate::support::tools;
use std::net::SocketAddr;
use std::path::Path;
use tokio::process::Command;

/// Starts it and waits until it answers.
pub async fn start(folder: &Path, address: SocketAddr) -> Program {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(tools::of_environment("python"));
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-m", "uvicorn", "application:app", "--no-server-header"])
        .arg("--app-dir")
        .arg(root.join("tests/demo"))
        .args(["--host", &address.ip().to_string()])
        .args(["--port", &address.port().to_string()]);
    let mut program = Program::start("application", folder, command);
    program.ready(address).await;
    program
}
