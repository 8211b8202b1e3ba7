//! A real nginx from the system's packages, in a folder of its own, with the server blocks it is given. Knows nothing of
//! what the blocks say.

use super::process::Program;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Starts nginx with these blocks inside `http { … }`, in an existing folder, and waits until it answers at `address`.
pub async fn start(folder: &Path, address: SocketAddr, blocks: &str) -> Program {
    super::tools::ready();
    let folder = folder.join("nginx");
    std::fs::create_dir_all(&folder).unwrap();
    let config = folder.join("nginx.conf");
    std::fs::write(&config, configuration(&folder, blocks)).unwrap();
    let mut command = Command::new(binary());
    command
        .args(["-e", "stderr", "-p"])
        .arg(&folder)
        .arg("-c")
        .arg(&config);
    let mut nginx = Program::start("nginx", &folder, command);
    nginx.ready(address).await;
    nginx
}

/// One process and no master, so that killing it leaves no process behind.
fn configuration(folder: &Path, blocks: &str) -> String {
    let folder = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr warn;\nevents {{}}\n\
         http {{\n    access_log off;\n{temporary}{blocks}\n}}\n"
    )
}

/// Debian keeps it outside the search path of ordinary users.
fn binary() -> PathBuf {
    let debian = PathBuf::from("/usr/sbin/nginx");
    if debian.exists() {
        debian
    } else {
        PathBuf::from("nginx")
    }
}
