//! A real application server that takes h2c upgrades: hypercorn with `asgi.py`.

use crate::support::process::{Program, free_address};
use crate::support::tools;
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;

/// Running; ends when dropped.
pub struct Hypercorn {
    pub address: SocketAddr,
    _program: Program,
    _folder: TempDir,
}

impl Hypercorn {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address([127, 0, 0, 1]);
        let mut command = Command::new(tools::of_environment("hypercorn"));
        command
            .args(["--bind", &address.to_string(), "asgi:app"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proxies"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let mut program = Program::start("hypercorn", folder.path(), command);
        program.ready(address).await;
        Self {
            address,
            _program: program,
            _folder: folder,
        }
    }
}
