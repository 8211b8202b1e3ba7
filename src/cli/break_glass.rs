//! `samovar break-glass`: reads a password without showing it.

use super::admin_socket;
use super::error::CliResult;
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use secrecy::{ExposeSecret as _, SecretString};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

pub(super) fn set(socket: &Path) -> CliResult {
    let password = read().map_err(|error| format!("the password cannot be read: {error}"))?;
    let password =
        password.ok_or_else(|| "the two passwords differ; nothing was changed".to_owned())?;
    admin_socket::set_break_glass(socket, &password)
}

/// Reads a line of standard input; at a terminal twice, with a prompt and without echo. `None` if the two differ.
fn read() -> io::Result<Option<SecretString>> {
    if !io::stdin().is_terminal() {
        return read_line().map(Some);
    }
    let _echo_off = EchoOff::begin()?;
    let first = prompt("break-glass password: ")?;
    let second = prompt("repeat the password: ")?;
    Ok((first.expose_secret() == second.expose_secret()).then_some(first))
}

fn prompt(text: &str) -> io::Result<SecretString> {
    io::stderr().write_all(text.as_bytes())?;
    let line = read_line()?;
    io::stderr().write_all(b"\n")?;
    Ok(line)
}

fn read_line() -> io::Result<SecretString> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}

/// A terminal without echo, until this is dropped.
struct EchoOff(Termios);

impl EchoOff {
    fn begin() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut without_echo = before.clone();
        without_echo.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(io::stdin(), OptionalActions::Flush, &without_echo)?;
        Ok(Self(before))
    }
}

impl Drop for EchoOff {
    fn drop(&mut self) {
        // Fails if the terminal is gone, which leaves nothing to restore.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
