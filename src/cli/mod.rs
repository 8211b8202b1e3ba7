//! The command line (step 6): what people and units type. Exit codes: 0 done, 1 not done, 2 not understood, 3 sign in
//! first, 4 refused.
//!
//! Owns the terminal and the environment. Must never put a secret on the command line or into the environment of
//! another process, and never print one but the claim code, to whoever may read it, and an access token, to its person.

mod admin_socket;
mod break_glass;
mod check_config;
mod failure;
mod person;
mod serve;
mod state;

use clap::{Parser, Subcommand};
use failure::{Failure, Kind};
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
    /// Show the code with which a Gitea site administrator becomes administrator while no person is one.
    ClaimCode(Socket),
    /// Set or switch off the break-glass password (off unless set).
    BreakGlass {
        #[command(subcommand)]
        action: BreakGlass,
    },
    /// Show how the running server is.
    State {
        #[command(flatten)]
        at: Socket,
        /// Print the whole answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have the running server read everything from Gitea now.
    Sync(Socket),
    #[command(flatten)]
    Person(person::Command),
}

impl Command {
    /// Is JSON wanted, of a failure as well?
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
enum BreakGlass {
    /// Set the password, read from the terminal or from standard input.
    Set(Socket),
    /// Switch it off.
    Off(Socket),
}

/// What a command came to: what it prints, or a sentence that says what is wrong.
type Outcome = Result<String, String>;

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error),
    };
    let json = arguments.command.json();
    match run(arguments.command).and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if json {
                // Nothing more can be told there when that fails as well.
                let _ = print(&failure.json());
            }
            let _ = writeln!(io::stderr(), "samovar: {}", failure.sentence);
            failure.code()
        }
    }
}

/// Says why in clap's words, the first paragraph of them as JSON where that is wanted; help and the version come this way
/// too, and are no failure.
fn not_understood(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let said = error.render().to_string();
        let words = said.split("\n\n").next().unwrap_or_default();
        let words: Vec<&str> = words.split_whitespace().collect();
        let sentence = words.join(" ").replacen("error: ", "", 1);
        let _ = print(&Failure::new(Kind::Usage, sentence).json());
    }
    error.exit()
}

/// All of it, or a failure; a reader that has gone away is none of ours.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}").into())
        }
        _ => Ok(()),
    }
}

fn run(command: Command) -> Result<String, Failure> {
    let outcome = match command {
        Command::Person(command) => return person::run(command),
        Command::Serve(file) => serve::run(&file.config),
        Command::CheckConfig(file) => check_config::run(&file.config),
        Command::Openapi => Ok(crate::http::api::document()),
        Command::ClaimCode(at) => admin_socket::claim_code(&at.socket),
        Command::BreakGlass { action } => match action {
            BreakGlass::Set(at) => break_glass::set(&at.socket),
            BreakGlass::Off(at) => break_glass::off(&at.socket),
        },
        Command::State { at, json } => state::run(&at.socket, json),
        Command::Sync(at) => state::sync(&at.socket),
    };
    Ok(outcome?)
}

/// The one place where the environment is read.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line owns the environment"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
