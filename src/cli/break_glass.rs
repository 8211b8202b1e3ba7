//! `samovar break-glass`: reads a password without showing it.

use super::{Outcome, admin_socket};
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use secrecy::{ExposeSecret as _, SecretString};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

pub(super) fn set(socket: &Path) -> Outcome {
    let password = read().map_err(|error| format!("the password cannot be read: {error}"))?;
    let password = password.ok_or("the two passwords differ; nothing was changed")?;
    admin_socket::set_break_glass(socket, &password)
}

pub(super) fn off(socket: &Path) -> Outcome {
    admin_socket::switch_off_break_glass(socket)
}

/// One line of standard input; at a terminal, twice with a prompt and without echo. `None` when the two differ.
fn read() -> io::Result<Option<SecretString>> {
    if !io::stdin().is_terminal() {
        return line().map(Some);
    }
    let _silence = Silence::begin()?;
    let first = asked("break-glass password: ")?;
    let second = asked("the same again: ")?;
    Ok((first.expose_secret() == second.expose_secret()).then_some(first))
}

fn asked(prompt: &str) -> io::Result<SecretString> {
    io::stderr().write_all(prompt.as_bytes())?;
    let line = line()?;
    io::stderr().write_all(b"\n")?;
    Ok(line)
}

fn line() -> io::Result<SecretString> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silence(Termios);

impl Silence {
    fn begin() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // The terminal may be gone; then there is nothing to set back.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
