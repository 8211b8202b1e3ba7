//! The command line (layer 6) for people and systemd. Exit codes: 0 done, 1 failed, 2 invalid arguments, 3 not signed in,
//! 4 refused.
//!
//! Owns the terminal and the environment. Must never put a secret on the command line or into the environment of
//! another process, and never print one except the claim code and an access token, when the command asks for it.

mod admin_socket;
mod break_glass;
mod check_config;
mod environment;
mod error;
mod person;
mod serve;
mod state;

use clap::{Parser, Subcommand};
use error::{CliError, CliErrorKind, CliResult};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes a Gitea server the source of who may do what, for every other API and web application a team runs.
#[derive(Debug, Parser)]
#[command(name = "samovar", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until SIGTERM or SIGINT.
    Serve(ConfigFile),
    /// Check a configuration file and report every problem.
    CheckConfig(ConfigFile),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Show the code with which a Gitea site administrator becomes administrator, while there is none.
    ClaimCode(Socket),
    /// Set or switch off the break-glass password (off by default).
    BreakGlass {
        #[command(subcommand)]
        action: BreakGlassAction,
    },
    /// Show the state of the running server.
    State {
        #[command(flatten)]
        socket: Socket,
        /// Print the whole state as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Start a full sync with Gitea and wait for its end.
    Sync(Socket),
    #[command(flatten)]
    Person(person::PersonCommand),
}

impl Command {
    /// Is JSON requested, also for an error?
    const fn json(&self) -> bool {
        match self {
            Self::State { json, .. } => *json,
            Self::Person(command) => command.json(),
            _ => false,
        }
    }
}

#[derive(Debug, clap::Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(long, value_name = "FILE", default_value = "/etc/samovar/samovar.toml")]
    config: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Socket {
    /// The administration socket of the running server (`server.admin_socket` in its configuration).
    #[arg(long, value_name = "PATH", default_value = "/run/samovar/admin.sock")]
    socket: PathBuf,
}

#[derive(Debug, Subcommand)]
enum BreakGlassAction {
    /// Set the password, read from the terminal or from standard input.
    Set(Socket),
    /// Switch it off.
    Off(Socket),
}

/// Runs the command of the arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit_with_usage(&error),
    };
    let json = arguments.command.json();
    match run(arguments.command).and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if json {
                // Standard error and the exit code remain if this fails.
                let _ = print(&error.json());
            }
            let _ = writeln!(io::stderr(), "samovar: {}", error.message);
            error.exit_code()
        }
    }
}

/// Prints clap's message; with `--json` its first paragraph as JSON too. Help and the version are also such messages.
fn exit_with_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        let rendered = error.render().to_string();
        let paragraph = rendered.split("\n\n").next().unwrap_or_default();
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let message = words.join(" ").replacen("error: ", "", 1);
        let _ = print(&CliError::new(CliErrorKind::Usage, message).json());
    }
    error.exit()
}

/// Prints the whole text. A reader that closed the pipe early is not an error.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}").into())
        }
        _ => Ok(()),
    }
}

fn run(command: Command) -> CliResult {
    match command {
        Command::Person(command) => person::run(command),
        Command::Serve(file) => serve::run(&file.config),
        Command::CheckConfig(file) => check_config::run(&file.config),
        Command::Openapi => Ok(crate::http::api::document()),
        Command::ClaimCode(at) => admin_socket::claim_code(&at.socket),
        Command::BreakGlass { action } => match action {
            BreakGlassAction::Set(at) => break_glass::set(&at.socket),
            BreakGlassAction::Off(at) => admin_socket::switch_off_break_glass(&at.socket),
        },
        Command::State { socket, json } => state::run(&socket.socket, json),
        Command::Sync(at) => state::sync(&at.socket),
    }
}
