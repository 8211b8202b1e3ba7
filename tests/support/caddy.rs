//! A real Caddy in a folder of its own, with the site blocks it is given. Knows nothing of what they say.

use super::process::Program;
use super::tools;
use std::net::SocketAddr;
use std::path::Path;
use tokio::process::Command;

/// Starts Caddy with these site blocks, in an existing folder, and waits until it answers at `address`.
pub async fn start(folder: &Path, address: SocketAddr, sites: &str) -> Program {
    start_with(folder, address, "", sites).await
}

/// The same with more global options.
pub async fn start_with(folder: &Path, address: SocketAddr, options: &str, sites: &str) -> Program {
    let folder = folder.join("caddy");
    std::fs::create_dir_all(&folder).unwrap();
    let config = folder.join("Caddyfile");
    let host = address.ip();
    let global = format!(
        "{{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n\tdefault_bind {host}\n{options}}}\n"
    );
    std::fs::write(&config, global + sites).unwrap();
    let mut command = Command::new(tools::of_environment("caddy"));
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(&config)
        .env("XDG_DATA_HOME", &folder)
        .env("XDG_CONFIG_HOME", &folder);
    let mut caddy = Program::start("caddy", &folder, command);
    caddy.ready(address).await;
    caddy
}
