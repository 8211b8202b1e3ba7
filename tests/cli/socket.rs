//! The command line and a running server: the real binary calls itself through the administration socket. Gitea is never
//! reachable, so no test depends on it.

use super::{run, samovar};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running server in a folder of its own; killed when dropped.
pub(super) struct Server {
    folder: tempfile::TempDir,
    child: Child,
}

impl Server {
    /// Starts it and waits until it notifies systemd.
    pub(super) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    fn start_in(folder: tempfile::TempDir) -> Self {
        let notify = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&notify).unwrap();
        systemd
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let child = serve(folder.path())
            .env("NOTIFY_SOCKET", &notify)
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { folder, child };
        let mut word = *b"nothing";
        let read = systemd.recv(&mut word);
        assert!(read.is_ok(), "not ready:\n{}", server.log());
        assert_eq!(&word, b"READY=1");
        fs::remove_file(notify).unwrap();
        server
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("admin.sock")
    }

    /// The address of a listener, by its key in the configuration.
    pub(super) fn address(&self, key: &str) -> String {
        let text = fs::read_to_string(self.folder.path().join("samovar.toml")).unwrap();
        let start = format!("{key} = ['");
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap().trim_end_matches("']").to_owned()
    }

    /// Resident memory in MiB.
    pub(super) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: u64 = line
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        kib / 1024
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Exit code, standard output and standard error of a command on this server.
    fn command(&self, words: &[&str]) -> (Option<i32>, String, String) {
        run(samovar(words).arg("--socket").arg(self.socket()))
    }

    fn set_break_glass(&self, password: &str) -> (Option<i32>, String) {
        let mut child = samovar(&["break-glass", "set", "--socket"])
            .arg(self.socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{password}").unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(printed).unwrap())
    }

    /// Terminates it and waits.
    fn end(&mut self) -> Option<i32> {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that serves from a folder; no server listens at the address of its Gitea.
fn serve(folder: &Path) -> Command {
    let file = folder.join("samovar.toml");
    let shown = folder.display();
    let free = TcpListener::bind("127.0.0.2:0").unwrap();
    let address = free.local_addr().unwrap();
    let text = format!(
        "[server]\nexternal_url = 'http://{address}'\nlisten = ['{address}']\nforward_auth_listen = ['unix:{shown}/check.sock']\nstate_dir = '{shown}/state'\n\
         admin_socket = '{shown}/admin.sock'\nallow_plain_http_on_loopback = true\n\
         [gitea]\nurl = 'http://127.0.0.1:1'\nclient_id = 'b1b2'\n"
    );
    fs::write(&file, text).unwrap();
    let mut command = samovar(&["serve", "--config"]);
    command
        .arg(file)
        .env("SAMOVAR_GITEA_CLIENT_SECRET", "one-two-three")
        .env("SAMOVAR_GITEA_TOKEN", "four-five-six")
        .env("SAMOVAR_SEAL_KEY", super::SEAL_KEY);
    command
}

#[test]
fn claim_code_is_on_one_line_and_in_a_private_file() {
    let server = Server::start();
    let file = server.folder.path().join("state/claim-code");
    let code = fs::read_to_string(&file).unwrap();
    assert_eq!(
        server.command(&["claim-code"]),
        (Some(0), code.clone(), String::new())
    );
    for private in [file, server.socket()] {
        let mode = fs::metadata(private).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(!server.log().contains(code.trim()));
}

#[test]
fn break_glass_password_is_read_from_stdin_and_not_shown() {
    let server = Server::start();
    let (code, printed) = server.set_break_glass("too short");
    assert_eq!(code, Some(1));
    assert!(
        printed.contains("must have 15 to 128 characters"),
        "{printed}"
    );
    assert!(!printed.contains("too short"), "{printed}");
    let (code, printed) = server.set_break_glass("correct horse battery");
    assert_eq!(
        (code, printed.as_str()),
        (
            Some(0),
            "the break-glass password is set; sign in with it at /auth/break-glass\n"
        )
    );
    let (_, state, _) = server.command(&["state"]);
    assert!(state.contains("break-glass password: set\n"), "{state}");
    assert_eq!(server.command(&["break-glass", "off"]).0, Some(0));
    let (_, state, _) = server.command(&["state"]);
    assert!(state.contains("break-glass password: off\n"), "{state}");
    assert!(!server.log().contains("correct horse"));
}

#[test]
fn state_is_lines_or_json() {
    let server = Server::start();
    let (code, out, _) = server.command(&["state"]);
    assert_eq!(code, Some(0));
    for line in [
        concat!("samovar ", env!("CARGO_PKG_VERSION"), ", running since "),
        "administrators: none\n",
        "problem: no person administers Samovar; run `sudo samovar claim-code`",
        "mirrored: 0 organizations, 0 teams, 0 people\n",
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
    let (_, out, _) = server.command(&["state", "--json"]);
    let state: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(state["break_glass"], false);
}

#[test]
fn sync_fails_while_gitea_is_unreachable() {
    let server = Server::start();
    let (code, out, error) = server.command(&["sync"]);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");
    assert!(
        error.starts_with("samovar: ") && error.contains("gitea"),
        "{error}"
    );
}

#[test]
fn socket_of_a_running_server_is_not_replaced() {
    let mut server = Server::start();
    let (code, _, error) = run(serve(server.folder.path()).stdin(Stdio::null()));
    assert_eq!(code, Some(1));
    assert!(error.contains("samovar: "), "{error}");
    assert_eq!(
        server.command(&["state"]).0,
        Some(0),
        "the first server is unchanged"
    );
    assert_eq!(server.end(), Some(0));
    assert!(
        !server.socket().exists(),
        "a server that stops removes its socket"
    );

    let folder = tempfile::tempdir().unwrap();
    // A killed server leaves a socket without a listener.
    drop(UnixListener::bind(folder.path().join("admin.sock")).unwrap());
    let server = Server::start_in(folder);
    assert_eq!(server.command(&["state"]).0, Some(0));
}

#[test]
fn running_server_with_another_state_folder_keeps_its_socket() {
    let folder = tempfile::tempdir().unwrap();
    let _live = UnixListener::bind(folder.path().join("admin.sock")).unwrap();
    let (code, _, error) = run(&mut serve(folder.path()));
    assert_eq!(code, Some(1));
    assert!(
        error.contains("belongs to a server that is running"),
        "{error}"
    );
}

#[test]
fn file_at_the_socket_path_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("admin.sock");
    fs::write(&path, "precious").unwrap();
    let (code, _, error) = run(&mut serve(folder.path()));
    assert_eq!(code, Some(1));
    assert!(error.contains("exists and is not a socket"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
