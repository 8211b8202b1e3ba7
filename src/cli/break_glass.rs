//! `samovar break-glass`: reads a password without showing it.

use super::{Outcome, admin_socket};
use rustix::termios::{self, LocalModes, OptionalActions, Termios};
use secrecy::SecretString;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

pub(super) fn set(socket: &Path) -> Outcome {
    let password = read().map_err(|error| format!("the password cannot be read: {error}"))?;
    admin_socket::set_break_glass(socket, &password)
}

pub(super) fn off(socket: &Path) -> Outcome {
    admin_socket::switch_off_break_glass(socket)
}

/// One line of standard input; at a terminal, with a prompt and without echo.
fn read() -> io::Result<SecretString> {
    let echo = io::stdin().is_terminal().then(Silence::begin).transpose()?;
    if echo.is_some() {
        io::stderr().write_all(b"break-glass password: ")?;
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    if echo.is_some() {
        io::stderr().write_all(b"\n")?;
    }
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
