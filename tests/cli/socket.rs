//! The command line and a running server: the real binary asks the real binary through the administration socket. Gitea
//! is away all the time, so that nothing here rests on it.

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
    /// Starts it and waits until it tells systemd that it is ready.
    pub(super) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    fn start_in(folder: tempfile::TempDir) -> Self {
        let told = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&told).unwrap();
        systemd
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let child = serve(folder.path())
            .env("NOTIFY_SOCKET", &told)
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { folder, child };
        let mut word = *b"nothing";
        let read = systemd.recv(&mut word);
        assert!(read.is_ok(), "not ready:\n{}", server.log());
        assert_eq!(&word, b"READY=1");
        fs::remove_file(told).unwrap();
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

    /// Exit code, standard output, standard error of a command that asks this server.
    fn asked(&self, words: &[&str]) -> (Option<i32>, String, String) {
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
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    /// Asks it to end and waits.
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

/// The command that serves from a folder; nobody listens at the address where its Gitea should be.
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
fn the_claim_code_stands_alone_on_a_line_and_in_a_file_for_one_user_and_not_in_the_log() {
    let server = Server::start();
    let file = server.folder.path().join("state/claim-code");
    let code = fs::read_to_string(&file).unwrap();
    assert_eq!(
        server.asked(&["claim-code"]),
        (Some(0), code.clone(), String::new())
    );
    for private in [file, server.socket()] {
        let mode = fs::metadata(private).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(!server.log().contains(code.trim()));
}

#[test]
fn a_break_glass_password_comes_from_standard_input_and_is_never_shown() {
    let server = Server::start();
    let (code, said) = server.set_break_glass("too short");
    assert_eq!(code, Some(1));
    assert!(said.contains("must have 15 to 128 characters"), "{said}");
    assert!(!said.contains("too short"), "{said}");
    let (code, said) = server.set_break_glass("correct horse battery");
    assert_eq!(
        (code, said.as_str()),
        (
            Some(0),
            "the break-glass password is set; sign in with it at /auth/break-glass\n"
        )
    );
    let (_, state, _) = server.asked(&["state"]);
    assert!(state.contains("break-glass password: set\n"), "{state}");
    assert_eq!(server.asked(&["break-glass", "off"]).0, Some(0));
    let (_, state, _) = server.asked(&["state"]);
    assert!(state.contains("break-glass password: off\n"), "{state}");
    assert!(!server.log().contains("correct horse"));
}

#[test]
fn the_state_is_lines_for_people_or_json() {
    let server = Server::start();
    let (code, out, _) = server.asked(&["state"]);
    assert_eq!(code, Some(0));
    for line in [
        concat!("samovar ", env!("CARGO_PKG_VERSION"), ", running since "),
        "administrators: none\n",
        "problem: no person administers Samovar; run `sudo samovar claim-code`",
        "mirrored: 0 organizations, 0 teams, 0 people\n",
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
    let (_, out, _) = server.asked(&["state", "--json"]);
    let state: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(state["break_glass"], false);
}

#[test]
fn a_sync_while_gitea_is_away_says_so_and_fails() {
    let server = Server::start();
    let (code, out, error) = server.asked(&["sync"]);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");
    assert!(
        error.starts_with("samovar: ") && error.contains("gitea"),
        "{error}"
    );
}

#[test]
fn a_live_server_keeps_its_socket_and_a_dead_one_does_not() {
    let mut server = Server::start();
    let (code, _, error) = run(serve(server.folder.path()).stdin(Stdio::null()));
    assert_eq!(code, Some(1));
    assert!(error.contains("samovar: "), "{error}");
    assert_eq!(
        server.asked(&["state"]).0,
        Some(0),
        "the first one is untouched"
    );
    assert_eq!(server.end(), Some(0));
    assert!(
        !server.socket().exists(),
        "a server that stops removes its socket"
    );

    let folder = tempfile::tempdir().unwrap();
    // What a killed server leaves: a socket at which nobody listens.
    drop(UnixListener::bind(folder.path().join("admin.sock")).unwrap());
    let server = Server::start_in(folder);
    assert_eq!(server.asked(&["state"]).0, Some(0));
}

#[test]
fn another_state_folder_does_not_make_a_live_socket_free() {
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
fn a_file_where_the_socket_should_be_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("admin.sock");
    fs::write(&path, "precious").unwrap();
    let (code, _, error) = run(&mut serve(folder.path()));
    assert_eq!(code, Some(1));
    assert!(error.contains("exists and is not a socket"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
